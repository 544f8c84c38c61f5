using VoiceGlm.Audio;
using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechTokenizer.Tests;

/// <summary>Tokenizers whose matrices were rounded: how many of the golden recordings' tokens change, and how far the encoder is off.</summary>
public sealed class RoundedTokenizerTests
{
    [Theory]
    [InlineData(Precision.Half, 0.0, 0.001)]
    [InlineData(Precision.BFloat16, 0.005, 0.005)]
    [InlineData(Precision.EightBits, 0.02, 0.02)]
    public async Task Golden_tokens_are_kept_as_far_as_the_bits_go(Precision precision, double mostTokens, double mostError)
    {
        using var folder = new TemporaryFolder();
        ModelManifest manifest = CheckpointConverter.Convert(
            [Repository.Fixture("tokenizer", "model")], folder["model"], new ConversionOptions { SpeechTokenizer = precision }, progress: null, TestContext.Current.CancellationToken);
        using var device = new InferenceDevice();
        using WhisperVqTokenizerFactory factory = WhisperVqTokenizerFactory.Load(ModelFolder.Open(folder["model"]), device, new GraphOptions { Threads = 1 });
        int changed = 0;
        int all = 0;
        foreach (string name in PublishedModel.RecordingNames)
        {
            WaveFile wave = PublishedModel.Recording(name);
            using ISpeechTokenizer tokenizer = factory.Create();
            Heard heard = await Heard.InChunksAsync(tokenizer, wave.Channel(0), wave.SampleRate, wave.SampleCount);
            int[] expected = PublishedModel.Tokens(name);
            Assert.Equal(expected.Length, heard.Utterance.Length);
            all += expected.Length;
            changed += expected.Zip(heard.Utterance).Count(static pair => pair.First != pair.Second);
        }

        Npy<float> golden = Npy.Read<float>("tokenizer", "hidden_pre_vq", "speech_en.npy");
        float[] hidden = HiddenStates.Of(factory, PublishedModel.Resampled("speech_en"), padToSegment: false);
        double error = RelativeError.Of(golden.Values.AsSpan(0, hidden.Length), hidden);
        TestContext.Current.TestOutputHelper!.WriteLine($"{precision}: {changed} of {all} tokens changed, hidden states {error:E2} off");
        Assert.InRange(changed / (double)all, 0, mostTokens);
        Assert.InRange(error, 1e-6, mostError);
        Assert.Equal(PrecisionName.Of(precision), manifest.SpeechTokenizer!.Quantization!.Weights);
        Assert.Contains("layers.0.fc1.weight", manifest.SpeechTokenizer.Quantization.Errors.Keys);
        Assert.DoesNotContain("codebook.weight", manifest.SpeechTokenizer.Quantization.Errors.Keys);
    }
}
