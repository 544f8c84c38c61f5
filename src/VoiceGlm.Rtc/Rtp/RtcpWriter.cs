using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>Writes a compound of RTCP packets into memory that the caller has.</summary>
internal ref struct RtcpWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a sender's report, with what it receives.</summary>
    public void AddSenderReport(in SenderReport report, scoped ReadOnlySpan<ReceptionReport> received)
    {
        Span<byte> body = Begin(RtcpType.SenderReport, received.Length, SenderReport.Length + (received.Length * ReceptionReport.Length));
        report.Write(body);
        Write(body[SenderReport.Length..], received);
    }

    /// <summary>Adds a report of one that sends nothing itself.</summary>
    public void AddReceiverReport(uint ssrc, scoped ReadOnlySpan<ReceptionReport> received)
    {
        Span<byte> body = Begin(RtcpType.ReceiverReport, received.Length, 4 + (received.Length * ReceptionReport.Length));
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        Write(body[4..], received);
    }

    /// <summary>Adds a source description with the one item that every compound has, the source's lasting name (RFC 3550 §6.5.1).</summary>
    public void AddName(uint ssrc, scoped ReadOnlySpan<byte> name)
    {
        // At least one zero ends the items; the chunk ends on four bytes.
        Span<byte> body = Begin(RtcpType.SourceDescription, 1, (4 + 2 + name.Length + 1 + 3) & ~3);
        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        body[4] = 1;
        body[5] = (byte)name.Length;
        name.CopyTo(body[6..]);
    }

    /// <summary>Adds a goodbye.</summary>
    public void AddBye(uint ssrc) => BinaryPrimitives.WriteUInt32BigEndian(Begin(RtcpType.Bye, 1, 4), ssrc);

    /// <summary>Adds a request to send packets again.</summary>
    /// <param name="sender">Who asks.</param>
    /// <param name="media">Whose packets.</param>
    /// <param name="lost">Their numbers, at least one, rising.</param>
    public void AddNack(uint sender, uint media, scoped ReadOnlySpan<ushort> lost)
    {
        Span<byte> pairs = BeginFeedback(sender, media);
        int at = 0;
        for (int i = 0; i < lost.Length; at += 4)
        {
            ushort first = lost[i++], mask = 0;
            for (; i < lost.Length && (ushort)(lost[i] - first) is >= 1 and <= 16; i++)
                mask |= (ushort)(1 << ((ushort)(lost[i] - first) - 1));
            BinaryPrimitives.WriteUInt16BigEndian(pairs[at..], first);
            BinaryPrimitives.WriteUInt16BigEndian(pairs[(at + 2)..], mask);
        }

        EndFeedback(RtcpPacket.NackFormat, at);
    }

    /// <summary>Adds the arrivals that were recorded.</summary>
    /// <param name="sender">Who received them.</param>
    /// <param name="media">Whose packets.</param>
    /// <param name="arrivals">The record; what is written leaves it.</param>
    public void AddArrivals(uint sender, uint media, TransportArrivals arrivals) =>
        EndFeedback(RtcpPacket.ArrivalsFormat, arrivals.Take(BeginFeedback(sender, media)));

    private static void Write(Span<byte> place, ReadOnlySpan<ReceptionReport> received)
    {
        for (int i = 0; i < received.Length; i++)
            received[i].Write(place[(i * ReceptionReport.Length)..]);
    }

    // Both sources, and room for what follows them, whose length shows when it is written.
    private readonly Span<byte> BeginFeedback(uint sender, uint media)
    {
        Span<byte> body = _buffer[(Length + RtcpPacket.HeaderLength)..];
        BinaryPrimitives.WriteUInt32BigEndian(body, sender);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], media);
        return body[8..];
    }

    private void EndFeedback(int format, int length) => Begin(RtcpType.TransportFeedback, format, 8 + length);

    private Span<byte> Begin(RtcpType type, int count, int bodyLength)
    {
        Span<byte> packet = _buffer.Slice(Length, RtcpPacket.HeaderLength + bodyLength);
        packet[0] = (byte)((RtpPacket.Version << 6) | count);
        packet[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)(bodyLength / 4));
        Length += packet.Length;
        return packet[RtcpPacket.HeaderLength..];
    }
}
