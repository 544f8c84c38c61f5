using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Audio;
using VoiceGlm.CallTesting;
using VoiceGlm.Rtc;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.WebRtc.Tests;

/// <summary>Whole calls, both ways, over real sockets through a network that is not perfect, in a time that waits for them.</summary>
public sealed class ImpairedCallTests(ITestOutputHelper output)
{
    private const int Seconds = 20;

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(5);

    private static readonly Network s_bad = new() { Seed = 3, Loss = 0.05, DelayMilliseconds = (30, 90), Reordered = 0.02, Duplicated = 0.01, Outage = (8, 11) };

    [Theory]
    [InlineData("opus")]
    [InlineData("G722")]
    public async Task Speech_is_understood_both_ways_through_a_bad_network_and_after_an_outage(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        var time = new FakeTimeProvider();
        await using var server = new RtcServer(new RtcOptions { Addresses = ["127.0.0.1"] }, time);
        using var relay = new ImpairingRelay(server.UdpEndPoints[0], time);
        using var link = new TestPeer(server, through: relay.EndPoint);
        using var peer = new TalkingPeer(link, codec);
        await using var connection = new WebRtcVoiceConnection(server, codec, new WebRtcVoiceOptions());
        PeerConnection session = server.Accept(peer.Offer, [new AudioFormat(codec.Name, codec.ClockRate, codec.Channels, codec.FormatParameters)], connection);
        connection.Begin(session);
        await link.ConnectAsync(session.Answer);
        await session.Connected.WaitAsync(TestContext.Current.CancellationToken);
        relay.Become(s_bad);

        float[] question = Speech(codec.SampleRate, "speech_en.wav");
        float[] answer = Speech(SampleRate.Wideband, "speech_zh.wav");
        var heardThere = new List<float>();
        var heardHere = new List<float>();
        int frame = codec.FrameSamples();
        for (int i = 0; i < 50 * Seconds; i++)
        {
            peer.Say(question.AsSpan(i * frame, frame));
            await connection.PlayAsync(new TurnId(1), new AudioFrame(answer.AsMemory(i * 320, 320), SampleRate.Wideband, i * 320), TestContext.Current.CancellationToken);
            connection.Beat();
            await PassAsync(time, relay, server, link);
            // Nothing is heard before the first packet.
            if (!connection.Microphone.TryPeek(out _) && heardThere.TrueForAll(static sample => sample == 0)) heardThere.AddRange(new float[320]);
            while (connection.Microphone.TryRead(out AudioFrame sound)) heardThere.AddRange(sound.Samples.Span);
            heardHere.AddRange(peer.Hear(server.Now));
        }

        Hearing there = Hearing.Compare(question, At(codec.SampleRate, heardThere, SampleRate.Wideband), codec.SampleRate, IsOut);
        Hearing here = Hearing.Compare(At(codec.SampleRate, answer, SampleRate.Wideband), heardHere.ToArray(), codec.SampleRate, IsOut);
        output.WriteLine($"{name}: heard there {there}, heard here {here}, {peer.Statistics}; {relay.ToServer}, {relay.ToPeers}");
        Assert.True(server.Counters.Dropped(PacketDrop.Replayed) > 0);
        foreach (Hearing hearing in (Hearing[])[there, here])
        {
            Assert.InRange(hearing.Correlation, 0.9, 1);
            Assert.InRange(hearing.LongDelay.TotalMilliseconds, 50, 220);
        }
    }

    private static bool IsOut(TimeSpan time) => time.TotalSeconds > s_bad.Outage.From - 0.1 && time.TotalSeconds < s_bad.Outage.To + 0.1;

    // 20 ms pass. Each packet that is due is there before the time goes on.
    private static async Task PassAsync(FakeTimeProvider time, ImpairingRelay relay, RtcServer server, TestPeer link)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < MediaClock.Interval; passed += s_step)
        {
            await Eventually.TrueAsync(() => relay.ToServer.Taken == link.Sent && relay.ToPeers.Taken == server.Counters.PacketsSent);
            time.Advance(s_step);
            await Eventually.TrueAsync(() => server.Counters.PacketsReceived == relay.ToServer.Passed && link.Received == relay.ToPeers.Passed);
        }
    }

    private static float[] Speech(SampleRate rate, string name)
    {
        WaveFile wave = WaveFile.Read(Repository.Fixture("audio", name));
        float[] once = At(rate, [.. wave.Channel(0).Span], wave.SampleRate);
        return [.. Enumerable.Range(0, rate.Hertz * Seconds).Select(i => once[i % once.Length])];
    }

    private static float[] At(SampleRate rate, IReadOnlyList<float> sound, SampleRate before)
    {
        if (rate == before) return [.. sound];
        var resampler = new Resampler(before, rate, ResamplerFilter.Flat);
        float[] output = new float[resampler.OutputCapacity(sound.Count)];
        return output[..resampler.Process([.. sound], output)];
    }
}
