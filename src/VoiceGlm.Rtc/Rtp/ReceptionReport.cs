using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>How one side receives what the other sends (RFC 3550 §6.4.1).</summary>
/// <param name="Ssrc">Whose packets.</param>
/// <param name="FractionLost">Lost since the report before, in 256ths of what was expected.</param>
/// <param name="CumulativeLost">Lost since the beginning; duplicates may make it negative.</param>
/// <param name="HighestSequence">The highest sequence number with its cycles.</param>
/// <param name="Jitter">Of arrival, in ticks of the format's clock.</param>
/// <param name="LastSenderReport">The middle 32 bits of the last sender report's time; 0 before there was one.</param>
/// <param name="DelaySinceSenderReport">Since that report arrived, in 65,536ths of a second.</param>
public readonly record struct ReceptionReport(
    uint Ssrc, byte FractionLost, int CumulativeLost, uint HighestSequence, uint Jitter, uint LastSenderReport, uint DelaySinceSenderReport)
{
    internal const int Length = 24;
    private const int MaximumLost = 0x7FFFFF;

    internal static ReceptionReport Read(ReadOnlySpan<byte> block)
    {
        uint lost = BinaryPrimitives.ReadUInt32BigEndian(block[4..]);
        return new ReceptionReport(
            BinaryPrimitives.ReadUInt32BigEndian(block),
            (byte)(lost >> 24),
            (int)(lost << 8) >> 8,
            BinaryPrimitives.ReadUInt32BigEndian(block[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(block[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(block[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(block[20..]));
    }

    internal void Write(Span<byte> block)
    {
        BinaryPrimitives.WriteUInt32BigEndian(block, Ssrc);
        int lost = Math.Clamp(CumulativeLost, -MaximumLost - 1, MaximumLost);
        BinaryPrimitives.WriteUInt32BigEndian(block[4..], ((uint)FractionLost << 24) | ((uint)lost & 0xFFFFFF));
        BinaryPrimitives.WriteUInt32BigEndian(block[8..], HighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(block[12..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(block[16..], LastSenderReport);
        BinaryPrimitives.WriteUInt32BigEndian(block[20..], DelaySinceSenderReport);
    }
}
