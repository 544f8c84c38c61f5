using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechTokenizer.Tests.Variants;

public sealed class VariantTests
{
    private static readonly Dictionary<string, Variant> s_variants = new()
    {
        ["as published, small"] = new Variant(),
        ["other widths and codebook"] = new Variant { Layers = 3, Heads = 3, HeadSize = 4, FeedForward = 31, MelBins = 13, Codebook = 7, Pooling = 2 },
        ["blocks that cut tokens"] = new Variant { Block = 10 },
        ["blocks of a token"] = new Variant { Block = 4 },
        ["one block for all"] = new Variant { Block = 0 },
        ["maximum pooling"] = new Variant { PoolingType = "max", Pooling = 3 },
        ["no pooling"] = new Variant { Pooling = 1, Block = 7 },
        ["causal attention"] = new Variant { CausalAttention = true },
        ["causal encoder without blocks"] = new Variant { QuantizeCausalEncoder = true, Block = 0 },
        ["convolutions that look ahead"] = new Variant { CausalConvolution = false },
        ["convolutions that look ahead, one block"] = new Variant { CausalConvolution = false, Block = 0 },
        ["layers after the pooling"] = new Variant { Layers = 3, PoolingPosition = 1 },
        ["causal layers after the pooling"] = new Variant { Layers = 3, PoolingPosition = 2, CausalAttention = true, Block = 8 },
        ["few positions"] = new Variant { Positions = 41, SegmentSamples = 40 * 320 },
        ["another spectrogram"] = new Variant { Hop = 100, Fft = 252, SegmentSamples = 20_000 },
        ["segments that end within a token"] = new Variant { SegmentSamples = 30_100 },
    };

    public static TheoryData<string> Names => [.. s_variants.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_checkpoint_of_other_hyper_parameters_matches_the_plain_encoder(string name)
    {
        Variant variant = s_variants[name];
        var weights = variant.Weights();
        using var folder = new TemporaryFolder();
        variant.Write(folder["checkpoint"], weights);
        CheckpointConverter.Convert([folder["checkpoint"]], folder["model"], progress: null, TestContext.Current.CancellationToken);
        using var device = new InferenceDevice();
        using var factory = WhisperVqTokenizerFactory.Load(ModelFolder.Open(folder["model"]), device, new GraphOptions { Threads = 1 });
        float[] speech = PublishedModel.Recording("speech_zh").Channel(0).ToArray();
        foreach (int length in new[] { 1, 3_200, 16_001, 19_200, 32_000, 45_677 })
        {
            float[] samples = speech[20_000..(20_000 + length)];
            (int[] tokens, float[] hidden) = new PlainEncoder(variant, weights).Encode(samples);
            if (length <= variant.SegmentSamples) Close.Equal(hidden, HiddenStates.Of(factory, samples, padToSegment: false), 1e-4);
            foreach (int chunk in new[] { 320, 7_777, 50_000 })
            {
                using ISpeechTokenizer tokenizer = factory.Create();
                Heard heard = await Heard.InChunksAsync(tokenizer, samples, SampleRate.Wideband, chunk);
                Assert.Equal(tokens, heard.Utterance);
            }
        }
    }
}
