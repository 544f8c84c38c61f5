using System.Text.Json;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class SpeechDecoderParityTests(DecoderFixture decoder)
{
    // Tolerances of the goldens' manifests.
    private const double MelTolerance = 3e-4;
    private const double SpeechToleranceGivenSource = 2e-4;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string stage in new[] { "demo_stream", "e2e" })
            {
                foreach (string folder in Directory.GetDirectories(Repository.Fixture(stage)).Order()) cases.Add(stage, Path.GetFileName(folder));
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Speak_returns_the_reference_mel_and_speech_of_every_call(string stage, string name)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture(stage, "manifest.json")));
        JsonElement golden = manifest.RootElement.GetProperty("cases").GetProperty(name);
        double speechTolerance = golden.GetProperty("publish_speech_max_abs").GetDouble();
        using SpeechDecoderParity parity = SpeechDecoderParity.Load(decoder.Model, decoder.Options);
        ParityReply reply = parity.Begin();
        int index = 0;
        foreach (JsonElement call in golden.GetProperty("calls").EnumerateArray())
        {
            string place = $"call{index++}";
            long[] tokens = Npy.Read<long>(stage, name, place, "token.npy").Values;
            bool last = call.GetProperty("finalize").GetBoolean();
            ParityCall spoken = reply.Speak(tokens, last, TestContext.Current.CancellationToken);
            Assert.Equal(call.GetProperty("returned_samples").GetInt32(), spoken.Speech.Length);
            Close.Equal(Npy.Read<float>(stage, name, place, "returned_mel.npy").Values, spoken.Mel, MelTolerance);

            if (!File.Exists(Repository.Fixture(stage, name, place, "returned_speech.npy"))) continue;
            float[] expected = Npy.Read<float>(stage, name, place, "returned_speech.npy").Values;
            Close.Equal(expected, spoken.Speech, speechTolerance);
            float[] source = Npy.Read<float>(stage, name, place, "hift_source_s.npy").Values;
            float[] given = decoder.Vocoder.Vocode(spoken.Mel, source, TestContext.Current.CancellationToken);
            Close.Equal(expected, given.AsSpan(0, expected.Length), SpeechToleranceGivenSource);
        }
    }

    [Theory]
    [InlineData("demo_stream", "tiny7_final_only", ParitySplit.Demo)]
    [InlineData("demo_stream", "blocks_25_50_100_rest", ParitySplit.Demo)]
    [InlineData("demo_stream", "final_chunk_of_one_token", ParitySplit.Demo)]
    [InlineData("demo_stream", "stream_inference33", ParitySplit.Stream)]
    [InlineData("demo_stream", "offline_inference33", ParitySplit.Offline)]
    [InlineData("e2e", "demo_audio", ParitySplit.Demo)]
    public void Split_cuts_as_the_reference_does(string stage, string name, ParitySplit split)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture(stage, "manifest.json")));
        int[] expected = [.. manifest.RootElement.GetProperty("cases").GetProperty(name).GetProperty("calls").EnumerateArray()
            .Select(static call => call.GetProperty("n_tokens").GetInt32())];
        Assert.Equal(expected, SpeechDecoderParity.Split(expected.Sum(), split, decoder.Flow.Manifest.EncoderBlockTokens));
    }

    [Fact]
    public void Speak_joins_the_calls_of_a_whole_reply()
    {
        using SpeechDecoderParity parity = SpeechDecoderParity.Load(decoder.Model, decoder.Options);
        SpeechToken[] tokens = [.. Enumerable.Range(0, 2).SelectMany(static call =>
            Npy.Read<long>("demo_stream", "final_chunk_of_one_token", $"call{call}", "token.npy").Values).Select(static token => new SpeechToken((int)token))];
        IReadOnlyList<ParityCall> calls = parity.Speak(tokens, ParitySplit.Demo, TestContext.Current.CancellationToken);
        Assert.Equal(2, calls.Count);
        Close.Equal(Npy.Read<float>("demo_stream", "final_chunk_of_one_token", "call1", "returned_mel.npy").Values, calls[1].Mel, MelTolerance);
        Assert.Empty(parity.Speak([], ParitySplit.Demo, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Speak_refuses_a_block_that_is_all_held_back()
    {
        using SpeechDecoderParity parity = SpeechDecoderParity.Load(decoder.Model, decoder.Options);
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() =>
            parity.Begin().Speak([1, 2, 3], last: false, TestContext.Current.CancellationToken));
        Assert.Contains("3 tokens", exception.Message, StringComparison.Ordinal);
    }
}
