using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace VoiceGlm.Rtc.Tests;

/// <summary>Sound of telephones over real sockets, by a clock that is set.</summary>
public sealed class PhoneSessionTests
{
    private static readonly AudioFormat[] s_formats = [AudioFormat.Pcmu];
    private static readonly byte[] s_sound = [.. Enumerable.Range(0, 160).Select(static i => (byte)i)];

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sound_and_keys_go_both_ways_protected_or_not(bool protects)
    {
        Listener here = new(), there = new();
        using PhoneSession near = Open(here), far = Open(there);
        Agree(near, far, protects);
        for (uint i = 0; i < 3; i++) Assert.True(near.SendAudio(s_sound, i * 160, i == 0));
        for (int i = 0; i < 3; i++) Assert.Equal(s_sound, await there.Sound.Reader.ReadAsync(Cancel));
        Assert.True(far.SendAudio(s_sound, 0, true));
        Assert.Equal(s_sound, await here.Sound.Reader.ReadAsync(Cancel));
        for (int i = 0; i < 3; i++) near.SendTelephoneEvent(new TelephoneEvent(5, i > 0, 10, (ushort)(160 * (i + 1))), 1000, i == 0);
        Assert.Equal(('5', false), (await there.Keys.Reader.ReadAsync(Cancel) is var down) ? (down.Key!.Value, down.IsEnd) : default);
        Assert.True((await there.Keys.Reader.ReadAsync(Cancel)).IsEnd);
    }

    [Fact]
    public async Task Reports_say_what_came()
    {
        Listener here = new(), there = new();
        using PhoneSession near = Open(here), far = Open(there);
        Agree(near, far, protects: true);
        near.SendAudio(s_sound, 0, true);
        await there.Sound.Reader.ReadAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(5));
        far.Tick();
        ReceptionReport report = await here.Reports.Reader.ReadAsync(Cancel);
        Assert.Equal((0, 0), (report.FractionLost, report.CumulativeLost));
    }

    [Fact]
    public async Task Sound_is_sent_where_it_comes_from_and_a_stranger_is_not_heard()
    {
        var listener = new Listener();
        using PhoneSession session = Open(listener);
        using UdpClient telephone = Client(session), stranger = Client(session);
        // The description says an address that leads nowhere.
        session.Agree(PhoneAgreement.Answer(PhoneMedia.Parse(PhoneDescriptionTests.Offer("RTP/AVP", "0")), s_formats, MediaDirection.SendReceive, mayProtect: true));
        await telephone.SendAsync(Packet(1), Cancel);
        await listener.Sound.Reader.ReadAsync(Cancel);
        Assert.True(session.SendAudio(s_sound, 0, true));
        Assert.Equal(172, (await telephone.ReceiveAsync(Cancel)).Buffer.Length);
        await stranger.SendAsync(Packet(2), Cancel);
        await telephone.SendAsync(Packet(3), Cancel);
        await listener.Sound.Reader.ReadAsync(Cancel);
        Assert.Equal(3, listener.Last);
        Assert.False(listener.Sound.Reader.TryRead(out _));

        // Who went silent may have moved.
        _time.Advance(TimeSpan.FromSeconds(3));
        await stranger.SendAsync(Packet(4), Cancel);
        await listener.Sound.Reader.ReadAsync(Cancel);
        Assert.True(session.SendAudio(s_sound, 160, false));
        Assert.Equal(172, (await stranger.ReceiveAsync(Cancel)).Buffer.Length);
    }

    [Fact]
    public async Task Rubbish_unprotected_and_unknown_packets_are_not_heard()
    {
        Listener here = new(), there = new();
        using PhoneSession near = Open(here), far = Open(there);
        Agree(near, far, protects: true);
        using UdpClient stranger = Client(far);
        await stranger.SendAsync(Packet(1), Cancel);
        await stranger.SendAsync(new byte[] { 1 }, Cancel);
        await stranger.SendAsync(new byte[1500], Cancel);
        near.SendAudio(s_sound, 0, true);
        Assert.Equal(s_sound, await there.Sound.Reader.ReadAsync(Cancel));
        Assert.False(there.Sound.Reader.TryRead(out _));
    }

    [Fact]
    public void Nothing_is_sent_before_there_is_an_agreement_nor_while_the_other_side_wants_none()
    {
        using PhoneSession session = Open(new Listener());
        Assert.False(session.SendAudio(s_sound, 0, true));
        session.Agree(PhoneAgreement.Answer(PhoneMedia.Parse(PhoneDescriptionTests.Offer("RTP/AVP", "0", "a=sendonly")), s_formats, MediaDirection.SendReceive, mayProtect: true));
        Assert.False(session.SendAudio(s_sound, 0, true));
        session.Dispose();
        Assert.False(session.SendAudio(s_sound, 0, true));
    }

    [Fact]
    public void Ports_are_an_even_and_the_next_and_run_out()
    {
        using PhoneSession first = new(IPAddress.Loopback, 28_401, 28_405, new Listener(), _time), second = new(IPAddress.Loopback, 28_401, 28_405, new Listener(), _time);
        Assert.Equal([(28_402, 28_403), (28_404, 28_405)], new[] { (first.RtpPort, first.RtcpPort), (second.RtpPort, second.RtcpPort) }.Order());
        Assert.Throws<InvalidOperationException>(() => new PhoneSession(IPAddress.Loopback, 28_401, 28_405, new Listener(), _time));
    }

    private static void Agree(PhoneSession near, PhoneSession far, bool protects)
    {
        PhoneOffer offer = PhoneOffer.Of(s_formats, MediaDirection.SendReceive, protects);
        PhoneMedia offered = PhoneMedia.Parse(new PhoneDescriber("127.0.0.1", near.RtpPort, near.RtcpPort).Describe(offer));
        PhoneAgreement answer = PhoneAgreement.Answer(offered, s_formats, MediaDirection.SendReceive, mayProtect: true);
        far.Agree(answer);
        near.Agree(PhoneAgreement.Complete(PhoneMedia.Parse(new PhoneDescriber("127.0.0.1", far.RtpPort, far.RtcpPort).Describe(answer)), offer));
    }

    private static UdpClient Client(PhoneSession session)
    {
        var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        client.Connect(IPAddress.Loopback, session.RtpPort);
        return client;
    }

    private static byte[] Packet(ushort sequence)
    {
        byte[] packet = new byte[12 + s_sound.Length];
        RtpWriter.Write(packet, new RtpHeader(0, false, sequence, sequence * 160u, 7), RtpExtensionMap.None, default, s_sound);
        return packet;
    }

    private PhoneSession Open(Listener listener) => new(IPAddress.Loopback, 0, 0, listener, _time);

    private sealed class Listener : IPhoneListener
    {
        public Channel<byte[]> Sound { get; } = Channel.CreateUnbounded<byte[]>();

        public Channel<TelephoneEvent> Keys { get; } = Channel.CreateUnbounded<TelephoneEvent>();

        public Channel<ReceptionReport> Reports { get; } = Channel.CreateUnbounded<ReceptionReport>();

        public long Last { get; private set; }

        public void OnAudio(in AudioPacket packet)
        {
            Last = packet.Sequence;
            Sound.Writer.TryWrite(packet.Payload.ToArray());
        }

        public void OnTelephoneEvent(TelephoneEvent telephoneEvent) => Keys.Writer.TryWrite(telephoneEvent);

        public void OnReport(ReceptionReport report) => Reports.Writer.TryWrite(report);
    }
}
