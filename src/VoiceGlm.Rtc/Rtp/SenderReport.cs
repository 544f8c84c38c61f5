using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>What a sender says of its own stream (RFC 3550 §6.4.1): which timestamp was when, and how much it has sent.</summary>
/// <param name="Ssrc">The sender.</param>
/// <param name="NtpTime">The time in seconds since 1900, 32 bits and 32 bits of fraction.</param>
/// <param name="RtpTime">The same moment on the format's clock.</param>
/// <param name="PacketCount">Packets so far, modulo 2³².</param>
/// <param name="OctetCount">Bytes of payload so far, modulo 2³².</param>
public readonly record struct SenderReport(uint Ssrc, ulong NtpTime, uint RtpTime, uint PacketCount, uint OctetCount)
{
    internal const int Length = 24;

    /// <summary>What a reception report calls this report by.</summary>
    public uint MiddleTime => (uint)(NtpTime >> 16);

    /// <summary>A time as reports say it.</summary>
    public static ulong ToNtpTime(DateTimeOffset time)
    {
        long ticks = time.UtcTicks - new DateTime(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
        ulong fraction = (ulong)(ticks % TimeSpan.TicksPerSecond);
        return ((ulong)(ticks / TimeSpan.TicksPerSecond) << 32) | ((fraction << 32) / TimeSpan.TicksPerSecond);
    }

    internal static SenderReport Read(ReadOnlySpan<byte> body) => new(
        BinaryPrimitives.ReadUInt32BigEndian(body),
        BinaryPrimitives.ReadUInt64BigEndian(body[4..]),
        BinaryPrimitives.ReadUInt32BigEndian(body[12..]),
        BinaryPrimitives.ReadUInt32BigEndian(body[16..]),
        BinaryPrimitives.ReadUInt32BigEndian(body[20..]));

    internal void Write(Span<byte> body)
    {
        BinaryPrimitives.WriteUInt32BigEndian(body, Ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(body[4..], NtpTime);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], RtpTime);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], PacketCount);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], OctetCount);
    }
}
