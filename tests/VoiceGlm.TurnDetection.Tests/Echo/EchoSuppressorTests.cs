using VoiceGlm.TurnDetection.Echo;

namespace VoiceGlm.TurnDetection.Tests.Echo;

public sealed class EchoSuppressorTests
{
    private const int Hop = ShortTimeSpectrum.HopSamples;

    [Theory]
    [InlineData(20, -6, 16_000)]
    [InlineData(150, -12, 16_000)]
    [InlineData(300, -20, 16_000)]
    [InlineData(480, -6, 16_000)]
    [InlineData(150, -12, 22_050)]
    public void Echo_is_found_at_its_delay_and_taken_out(int delayMilliseconds, double levelDb, int playoutRate)
    {
        float[] reply = Sounds.AtLevel(Sounds.Speech("speech_zh"), -23);
        float[] heard = Sounds.Noise(reply.Length / (double)Sounds.Rate, -65);
        Sounds.Add(Sounds.Echo(reply, delayMilliseconds, levelDb), heard, 0);
        float[] played = AtRate(reply, playoutRate);
        var suppressor = new EchoSuppressor(3);
        var cleaned = new float[heard.Length];
        for (int start = 0; start + Hop <= heard.Length; start += Hop)
        {
            int from = (int)((long)start * playoutRate / Sounds.Rate);
            int to = Math.Min(played.Length, (int)((long)(start + Hop) * playoutRate / Sounds.Rate));
            suppressor.NotePlayout(new AudioFrame(played.AsMemory(from, to - from), new SampleRate(playoutRate), from), start);
            suppressor.Process(heard.AsSpan(start, Hop), cleaned.AsSpan(start, Hop), hold: false);
        }

        double expectedLag = ((delayMilliseconds * Sounds.Rate / 1_000d) + PlayoutHistory.LeadSamples) / Hop;
        double slackHops = PlayoutHistory.LeadSamples / (double)Hop;
        Assert.InRange(suppressor.Lag, expectedLag - slackHops - 1, expectedLag + 1);
        Assert.InRange(LevelDb(cleaned.AsSpan(3 * Sounds.Rate)) - LevelDb(heard.AsSpan(3 * Sounds.Rate)), -100, -10);
    }

    [Fact]
    public void Microphone_passes_unchanged_while_nothing_is_played()
    {
        float[] heard = Sounds.Speech("speech_en")[..(Hop * 60)];
        var suppressor = new EchoSuppressor(3);
        var cleaned = new float[heard.Length];
        for (int start = 0; start < heard.Length; start += Hop) suppressor.Process(heard.AsSpan(start, Hop), cleaned.AsSpan(start, Hop), hold: false);
        VoiceGlm.Testing.Close.Equal(heard.AsSpan(0, heard.Length - Hop), cleaned.AsSpan(Hop), 1e-6);
    }

    private static float[] AtRate(float[] sound, int rate)
    {
        if (rate == Sounds.Rate) return sound;
        var other = new float[(int)((long)sound.Length * rate / Sounds.Rate)];
        for (int i = 0; i < other.Length; i++)
        {
            double place = (double)i * Sounds.Rate / rate;
            int index = Math.Min((int)place, sound.Length - 2);
            other[i] = sound[index] + ((float)(place - index) * (sound[index + 1] - sound[index]));
        }

        return other;
    }

    private static double LevelDb(ReadOnlySpan<float> sound)
    {
        double sum = 0;
        foreach (float sample in sound) sum += sample * sample;
        return 10 * Math.Log10(sum / sound.Length);
    }
}
