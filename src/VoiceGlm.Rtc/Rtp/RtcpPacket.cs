using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>The kinds of RTCP packet that are understood here (RFC 3550 §12.1, RFC 4585 §6.1).</summary>
internal enum RtcpType : byte
{
    SenderReport = 200,
    ReceiverReport = 201,
    SourceDescription = 202,
    Bye = 203,
    TransportFeedback = 205,
}

/// <summary>One packet of a compound, read in place.</summary>
internal readonly ref struct RtcpPacket
{
    public const int HeaderLength = 4;

    /// <summary>FMT of a generic NACK (RFC 4585 §6.2.1).</summary>
    public const int NackFormat = 1;

    /// <summary>FMT of transport-wide feedback.</summary>
    public const int ArrivalsFormat = 15;

    private RtcpPacket(RtcpType type, int count, ReadOnlySpan<byte> body)
    {
        Type = type;
        Count = count;
        Body = body;
    }

    public RtcpType Type { get; }

    /// <summary>How many reports or sources, or which format of feedback.</summary>
    public int Count { get; }

    /// <summary>What follows the first four bytes, without padding.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>The reports in a sender's or receiver's report.</summary>
    public int ReportCount => Type is RtcpType.SenderReport or RtcpType.ReceiverReport ? Count : 0;

    /// <summary>Takes the first packet off a compound.</summary>
    /// <param name="compound">What is left of the compound.</param>
    /// <param name="packet">The packet.</param>
    /// <returns>False at the end, and where what is left is no RTCP or is too short for what it says it holds.</returns>
    public static bool TryTake(ref ReadOnlySpan<byte> compound, out RtcpPacket packet)
    {
        packet = default;
        if (compound.Length < HeaderLength || compound[0] >> 6 != RtpPacket.Version) return false;
        int length = HeaderLength + (4 * BinaryPrimitives.ReadUInt16BigEndian(compound[2..]));
        if (length > compound.Length) return false;
        ReadOnlySpan<byte> body = compound[HeaderLength..length];
        if ((compound[0] & 0x20) != 0)
        {
            if (body.IsEmpty || body[^1] == 0 || body[^1] > body.Length) return false;
            body = body[..^body[^1]];
        }

        var found = new RtcpPacket((RtcpType)compound[1], compound[0] & 0x1F, body);
        if (body.Length < found.MinimumBody()) return false;
        packet = found;
        compound = compound[length..];
        return true;
    }

    /// <summary>Reads one of the reports.</summary>
    /// <param name="index">From 0 to <see cref="ReportCount"/> − 1.</param>
    public ReceptionReport Report(int index) =>
        ReceptionReport.Read(Body[((Type == RtcpType.SenderReport ? SenderReport.Length : 4) + (index * ReceptionReport.Length))..]);

    /// <summary>Whether this is a goodbye of a source.</summary>
    public bool IsByeOf(uint ssrc)
    {
        for (int i = 0; Type == RtcpType.Bye && i < Count; i++)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(Body[(4 * i)..]) == ssrc) return true;
        }

        return false;
    }

    private int MinimumBody() => Type switch
    {
        RtcpType.SenderReport => SenderReport.Length + (Count * ReceptionReport.Length),
        RtcpType.ReceiverReport => 4 + (Count * ReceptionReport.Length),
        RtcpType.Bye => 4 * Count,
        RtcpType.TransportFeedback => 8,
        _ => 0,
    };
}
