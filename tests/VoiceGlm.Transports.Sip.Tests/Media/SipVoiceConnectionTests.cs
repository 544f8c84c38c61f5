using System.Net;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Audio;
using VoiceGlm.Rtc;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>The sound of a call, beat by beat, by a clock that is set; the other side is a telephone of the same kind.</summary>
public sealed class SipVoiceConnectionTests : IDisposable
{
    private const int Frame = 160;

    private static readonly TurnId s_turn = new(1);

    private readonly FakeTimeProvider _time = new();
    private readonly Ear _ear = new();
    private readonly PhoneSession _near;
    private readonly PhoneSession _far;
    private readonly SipVoiceConnection _connection;
    private bool _hungUp;

    public SipVoiceConnectionTests()
    {
        AudioFormat[] formats = [AudioFormat.Pcmu, AudioFormat.G722];
        _connection = new SipVoiceConnection(G711Codec.Pcmu, TimeSpan.Zero, () => _hungUp = true);
        _near = new PhoneSession(IPAddress.Loopback, 0, 0, _connection, _time);
        _far = new PhoneSession(IPAddress.Loopback, 0, 0, _ear, _time);
        PhoneOffer offer = PhoneOffer.Of(formats, MediaDirection.SendReceive, protects: false);
        PhoneMedia offered = PhoneMedia.Parse(new PhoneDescriber("127.0.0.1", _near.RtpPort, _near.RtcpPort).Describe(offer));
        PhoneAgreement answer = PhoneAgreement.Answer(offered, formats, MediaDirection.SendReceive, mayProtect: false);
        _far.Agree(answer);
        _near.Agree(PhoneAgreement.Complete(PhoneMedia.Parse(new PhoneDescriber("127.0.0.1", _far.RtpPort, _far.RtcpPort).Describe(answer)), offer));
        _connection.Begin(_near);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _connection.Close();
        _near.Dispose();
        _far.Dispose();
    }

    [Fact]
    public async Task Reply_is_sent_beat_by_beat_and_counts_as_heard_when_it_was_sent()
    {
        await _connection.PlayAsync(s_turn, Loud(5), Cancel);
        ValueTask draining = _connection.DrainAsync(s_turn, Cancel);
        for (int i = 0; i < 5; i++)
        {
            Beat();
            Assert.Equal(0.5f, await LevelAsync(), 0.03f);
        }

        // The line is never dead.
        Beat();
        Assert.InRange(await LevelAsync(), 1e-5f, 0.01f);
        Beat();
        await draining;
        Assert.Equal(TimeSpan.FromMilliseconds(100), _connection.PlayedOf(s_turn));
    }

    [Fact]
    public async Task Flushed_reply_is_silent_from_the_next_packet_on()
    {
        await _connection.PlayAsync(s_turn, Loud(10), Cancel);
        Beat();
        await LevelAsync();
        Assert.Equal(TimeSpan.FromMilliseconds(20), await _connection.FlushAsync(s_turn));
        Beat();
        Assert.InRange(await LevelAsync(), 0, 0.01f);
        await _connection.PlayAsync(s_turn, Loud(1), Cancel);
        Beat();
        Assert.InRange(await LevelAsync(), 0, 0.01f);
    }

    [Fact]
    public async Task Voice_is_softened_where_an_interruption_is_suspected_and_raised_again()
    {
        await _connection.PlayAsync(s_turn, Loud(10), Cancel);
        await _connection.SendAsync(new VoiceEvent.PlaybackDucked(s_turn, 0.3f), Cancel);
        Beat();
        await LevelAsync();
        Beat();
        Assert.Equal(0.15f, await LevelAsync(), 0.02f);
        await _connection.SendAsync(new VoiceEvent.PlaybackDucked(s_turn, 1), Cancel);
        Beat();
        await LevelAsync();
        Beat();
        Assert.Equal(0.5f, await LevelAsync(), 0.03f);
    }

    [Fact]
    public async Task Full_line_holds_who_speaks_until_there_is_room()
    {
        await _connection.PlayAsync(s_turn, Loud(60), Cancel);
        ValueTask waiting = _connection.PlayAsync(s_turn, Loud(1), Cancel);
        Assert.False(waiting.IsCompleted);
        for (int i = 0; i < 12; i++) Beat();
        await waiting;
    }

    [Fact]
    public void Keys_are_told_when_they_are_finished_or_after_a_pause()
    {
        foreach (char key in "12#") _connection.Press(key);
        Assert.True(_connection.Commands.TryRead(out VoiceCommand? whole));
        Assert.Equal(new VoiceCommand.SendText("12"), whole);
        _connection.Press('7');
        Beat();
        Assert.False(_connection.Commands.TryRead(out _));
        _time.Advance(SipKeys.Pause);
        Beat();
        Assert.True(_connection.Commands.TryRead(out VoiceCommand? paused));
        Assert.Equal(new VoiceCommand.SendText("7"), paused);
    }

    [Fact]
    public void Key_whose_beginning_was_lost_is_known_by_its_end_and_told_once()
    {
        _connection.OnTelephoneEvent(new TelephoneEvent(1, false, 10, 160));
        _connection.OnTelephoneEvent(new TelephoneEvent(1, true, 10, 800));
        _connection.OnTelephoneEvent(new TelephoneEvent(2, true, 10, 800));
        _connection.Press('#');
        Assert.True(_connection.Commands.TryRead(out VoiceCommand? command));
        Assert.Equal(new VoiceCommand.SendText("12"), command);
    }

    [Fact]
    public async Task Pressed_keys_take_the_place_of_sound()
    {
        _connection.Send("5");
        Beat();
        TelephoneEvent telephoneEvent = await _ear.Keys.Reader.ReadAsync(Cancel);
        Assert.Equal('5', telephoneEvent.Key);
        Assert.True(_connection.IsPressing);
        for (int i = 0; i < 20; i++) Beat();
        Assert.False(_connection.IsPressing);
        Assert.True((await _ear.Keys.Reader.ReadAsync(Cancel)).IsEnd);
        Assert.False(_ear.Keys.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Call_goes_on_in_another_codec()
    {
        _connection.Change(new G722Codec());
        await _connection.PlayAsync(s_turn, Loud(3), Cancel);
        ValueTask draining = _connection.DrainAsync(s_turn, Cancel);
        for (int i = 0; i < 6; i++) Beat();
        await draining;
        Assert.Equal(TimeSpan.FromMilliseconds(60), _connection.PlayedOf(s_turn));
        Assert.False(_hungUp);
    }

    [Fact]
    public void Beat_that_speaks_allocates_nothing() => Assert.Equal(0, Allocations.Of(_connection.Beat));

    [Fact]
    public async Task Disposed_connection_hangs_up_and_lets_go_of_everybody()
    {
        await _connection.PlayAsync(s_turn, Loud(60), Cancel);
        ValueTask waiting = _connection.PlayAsync(s_turn, Loud(1), Cancel);
        await _connection.DisposeAsync();
        await waiting;
        await _connection.DrainAsync(s_turn, Cancel);
        Assert.True(_hungUp);
        await _connection.Microphone.Completion;
        Assert.False(await _connection.Commands.WaitToReadAsync(Cancel));
    }

    private static AudioFrame Loud(int packets)
    {
        float[] samples = new float[packets * Frame];
        Array.Fill(samples, 0.5f);
        return new AudioFrame(samples, SampleRate.Narrowband, 0);
    }

    private void Beat()
    {
        _time.Advance(MediaClock.Interval);
        _connection.Beat();
    }

    // The mean of the next packet's last quarter.
    private async Task<float> LevelAsync()
    {
        byte[] payload = await _ear.Sound.Reader.ReadAsync(Cancel);
        float[] samples = new float[payload.Length];
        using IAudioDecoder decoder = G711Codec.Pcmu.CreateDecoder();
        decoder.Decode(payload, samples);
        return samples[^40..].Average(MathF.Abs);
    }

    private sealed class Ear : IPhoneListener
    {
        public System.Threading.Channels.Channel<byte[]> Sound { get; } = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();

        public System.Threading.Channels.Channel<TelephoneEvent> Keys { get; } = System.Threading.Channels.Channel.CreateUnbounded<TelephoneEvent>();

        public void OnAudio(in AudioPacket packet) => Sound.Writer.TryWrite(packet.Payload.ToArray());

        public void OnTelephoneEvent(TelephoneEvent telephoneEvent) => Keys.Writer.TryWrite(telephoneEvent);

        public void OnReport(ReceptionReport report)
        {
        }
    }
}
