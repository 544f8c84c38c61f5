using System.Globalization;
using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

public sealed class RtcpPacketTests
{
    private static readonly ReceptionReport s_report = new(0x11223344, 128, -5, 0x00020010, 77, 0xAABBCCDD, 0x00010000);

    [Fact]
    public void Compound_written_is_read_again()
    {
        byte[] compound = Compound();
        ReadOnlySpan<byte> rest = compound;
        Assert.True(RtcpPacket.TryTake(ref rest, out RtcpPacket packet));
        Assert.Equal((RtcpType.SenderReport, 1), (packet.Type, packet.ReportCount));
        Assert.Equal(new SenderReport(1, 0xE0000000_80000000, 160, 1, 160), SenderReport.Read(packet.Body));
        Assert.Equal(s_report, packet.Report(0));
        Assert.True(RtcpPacket.TryTake(ref rest, out packet));
        Assert.Equal((RtcpType.SourceDescription, 0), (packet.Type, packet.ReportCount));
        Assert.Equal("000000010103" + "612D62" + "000000", Convert.ToHexString(packet.Body));
        Assert.True(RtcpPacket.TryTake(ref rest, out packet));
        Assert.Equal([10, 11, 26, 28, 65_535, 3], Nacked(packet));
        Assert.True(RtcpPacket.TryTake(ref rest, out packet));
        Assert.True(packet.IsByeOf(1));
        Assert.False(packet.IsByeOf(2));
        Assert.False(RtcpPacket.TryTake(ref rest, out _));
        Assert.True(rest.IsEmpty);
    }

    [Theory]
    [InlineData("81C90001" + "00000001", "a report that is not there")]
    [InlineData("80C80001" + "00000001", "half a sender report")]
    [InlineData("80C90002" + "00000001", "less than its length")]
    [InlineData("40C90001" + "00000001", "version 1")]
    [InlineData("A0C90001" + "00000000", "padding of none")]
    [InlineData("A0C90001" + "00000005", "more padding than packet")]
    [InlineData("81CD0001" + "00000001", "feedback without its media")]
    [InlineData("80C9", "half a header")]
    public void Packet_that_does_not_hold_what_it_says_is_refused(string hex, string what)
    {
        ReadOnlySpan<byte> rest = Convert.FromHexString(hex);
        Assert.False(RtcpPacket.TryTake(ref rest, out _), $"Refuses {what}.");
    }

    [Fact]
    public void Time_of_a_report_counts_from_1900()
    {
        // RFC 868 gives 2,208,988,800 seconds from 1900 to 1970.
        Assert.Equal(2_208_988_800UL << 32 | 0x80000000, SenderReport.ToNtpTime(DateTimeOffset.UnixEpoch.AddMilliseconds(500)));
        Assert.Equal(0x55667788u, new SenderReport(0, 0x33445566_77889900, 0, 0, 0).MiddleTime);
    }

    [Fact]
    public void Loss_jitter_and_delay_are_those_of_the_packets_that_came()
    {
        var statistics = new ReceptionStatistics(9, 8_000);
        for (int i = 0; i < 100; i++)
        {
            if (i % 4 == 3) continue;
            // Every other packet is 4 ms late: 32 ticks.
            statistics.Record((ushort)(65_500 + i), (uint)(i * 160), TimeSpan.FromMilliseconds((i * 20) + (i % 2 * 4)));
        }

        statistics.Record(new SenderReport(9, 0x00001234_56780000, 0, 0, 0), TimeSpan.FromSeconds(2));
        ReceptionReport report = statistics.Report(TimeSpan.FromSeconds(2.5));
        Assert.Equal((9u, 24, 65_500u + 98, 0x12345678u, 32_768u), (report.Ssrc, report.CumulativeLost, report.HighestSequence, report.LastSenderReport, report.DelaySinceSenderReport));
        Assert.Equal(24 * 256 / 99, report.FractionLost);
        // Of three arrivals two differ by 32 ticks and one by none, so the mean is 21.
        Assert.InRange(report.Jitter, 18u, 24u);
        Assert.Equal(0, statistics.Report(TimeSpan.FromSeconds(3)).FractionLost);
    }

    [Fact]
    public void Arrivals_are_told_packet_by_packet()
    {
        var arrivals = new TransportArrivals();
        var expected = new Dictionary<ushort, double?>();
        for (int i = 0; i < 50; i++)
        {
            ushort number = (ushort)(65_510 + i);
            // Two in a row are lost; one comes 300 ms late and one before its time.
            double at = 1_000 + (i * 20) + (i == 20 ? 300 : 0) - (i == 30 ? 50 : 0);
            expected[number] = i is 7 or 8 ? null : at;
            if (expected[number] is not null) arrivals.Record(number, TimeSpan.FromMilliseconds(at));
        }

        Assert.Equal(expected, Told(arrivals));
        Assert.False(arrivals.HasAny);

        // What came too late for its feedback is not told again; a gap between feedbacks is.
        arrivals.Record(65_517, TimeSpan.FromSeconds(5));
        Assert.False(arrivals.HasAny);
        arrivals.Record(26, TimeSpan.FromSeconds(5));
        Assert.Equal(new Dictionary<ushort, double?> { [24] = null, [25] = null, [26] = 5_000 }, Told(arrivals));
    }

    [Fact]
    public void Arrivals_after_an_outage_fit_one_feedback()
    {
        var arrivals = new TransportArrivals();
        arrivals.Record(0, TimeSpan.Zero);
        arrivals.Record(5_000, TimeSpan.FromSeconds(100));
        Dictionary<ushort, double?> told = Told(arrivals);
        Assert.Equal(TransportArrivals.Capacity, told.Count);
        Assert.Equal(100_000, told[5_000]);
        Assert.All(told.Where(static packet => packet.Key != 5_000), static packet => Assert.Null(packet.Value));
    }

    [Fact]
    public void Arrivals_told_as_runs_and_vectors_of_one_bit_are_understood()
    {
        // From 10: a run of 2 small deltas, then 14 of one bit (received, lost, received ...), of which 3 count.
        byte[] feedback = Convert.FromHexString("8FCD0006" + "0000000100000002" + "000A0005" + "00000200" + "2002" + "A800" + "04080C10");
        ReadOnlySpan<byte> rest = feedback;
        Assert.True(RtcpPacket.TryTake(ref rest, out RtcpPacket packet));
        Assert.Equal(new Dictionary<ushort, double?> { [10] = 129, [11] = 131, [12] = 134, [13] = null, [14] = 138 }, Told(packet));
    }

    [Fact]
    public void Damaged_compounds_are_read_within_their_bounds()
    {
        var arrivals = new TransportArrivals();
        for (int i = 0; i < 40; i++)
            arrivals.Record((ushort)(i * 3), TimeSpan.FromMilliseconds(i * i));
        var buffer = new byte[512];
        var writer = new RtcpWriter(buffer);
        writer.AddArrivals(1, 2, arrivals);
        int packets = 0, reports = 0;
        new Mutator(4, Compound(), buffer[..writer.Length]).Run(
            input =>
            {
                ReadOnlySpan<byte> rest = input.Span;
                while (RtcpPacket.TryTake(ref rest, out RtcpPacket packet))
                {
                    packets++;
                    for (int i = 0; i < packet.ReportCount; i++)
                        _ = packet.Report(i);
                    if (packet.Type == RtcpType.SenderReport) _ = SenderReport.Read(packet.Body);
                    packet.IsByeOf(77);
                    if (packet.Type != RtcpType.TransportFeedback) continue;
                    var nacked = new NackedSequences(packet);
                    while (nacked.MoveNext())
                        reports++;
                    if (!ReportedArrivals.TryRead(packet, out ReportedArrivals told)) continue;
                    while (told.MoveNext())
                        reports++;
                }
            });
        Assert.InRange(packets, Mutator.Count / 100, int.MaxValue);
        Assert.True(reports > 0);
    }

    private static byte[] Compound()
    {
        var buffer = new byte[512];
        var writer = new RtcpWriter(buffer);
        writer.AddSenderReport(new SenderReport(1, 0xE0000000_80000000, 160, 1, 160), [s_report]);
        writer.AddName(1, "a-b"u8);
        writer.AddNack(1, 2, [10, 11, 26, 28, 65_535, 3]);
        writer.AddBye(1);
        return buffer[..writer.Length];
    }

    private static List<int> Nacked(RtcpPacket packet)
    {
        var nacked = new NackedSequences(packet);
        List<int> numbers = [];
        while (nacked.MoveNext())
            numbers.Add(nacked.Current);
        return numbers;
    }

    private static Dictionary<ushort, double?> Told(TransportArrivals arrivals)
    {
        var buffer = new byte[1024];
        var writer = new RtcpWriter(buffer);
        writer.AddArrivals(1, 2, arrivals);
        Assert.InRange(writer.Length, 12, TransportArrivals.MaximumLength + 12);
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, writer.Length);
        Assert.True(RtcpPacket.TryTake(ref rest, out RtcpPacket packet), Convert.ToString(writer.Length, CultureInfo.InvariantCulture));
        Assert.True(rest.IsEmpty);
        return Told(packet);
    }

    private static Dictionary<ushort, double?> Told(RtcpPacket packet)
    {
        Assert.True(ReportedArrivals.TryRead(packet, out ReportedArrivals told));
        var found = new Dictionary<ushort, double?>();
        while (told.MoveNext())
            found.Add(told.SequenceNumber, told.Arrival?.TotalMilliseconds);
        return found;
    }
}
