using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.SpeechDecoder;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class HiftVariantTests : IDisposable
{
    private const double Tolerance = 2e-5;

    // Three stages, wide enough that long kernels are computed in tiles, in one piece or in two; lengths that no tile divides; even dilations.
    private const string Wide = """
        hift:
          in_channels: 20
          base_channels: 192
          nb_harmonics: 5
          nsf_alpha: 0.2
          nsf_sigma: 0.01
          nsf_voiced_threshold: 60
          upsample_rates: [3, 2, 4]
          upsample_kernel_sizes: [7, 4, 8]
          istft_params: { n_fft: 12, hop_len: 3 }
          resblock_kernel_sizes: [3, 9]
          resblock_dilation_sizes: [[1, 2], [1, 4, 5]]
          source_resblock_kernel_sizes: [7, 11, 3]
          source_resblock_dilation_sizes: [[1, 3], [1], [2, 1]]
          lrelu_slope: 0.2
          audio_limit: 0.8
        """;

    // One stage, whose kernel is not a multiple of its rate; columns of the transform that the hop does not divide.
    private const string Narrow = """
        hift:
          in_channels: 7
          base_channels: 10
          nb_harmonics: 0
          upsample_rates: [6]
          upsample_kernel_sizes: [10]
          istft_params: { n_fft: 10, hop_len: 4 }
          resblock_kernel_sizes: [5]
          resblock_dilation_sizes: [[2]]
          source_resblock_kernel_sizes: [3]
          source_resblock_dilation_sizes: [[1, 1]]
        """;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Wide, 5)]
    [InlineData(Wide, 12)]
    [InlineData(Narrow, 3)]
    [InlineData(Narrow, 17)]
    public void Vocoder_of_other_sizes_equals_its_definition(string configuration, int frames)
    {
        using Variant variant = Make(configuration);
        (float[] mel, float[] source) = variant.Draw(frames);
        Close.Equal(Single(variant.Oracle.Pitch(variant.Rows(mel))), variant.Vocoder.Pitch(mel, Cancel), 5e-3);
        Close.Equal(Single(variant.Oracle.Generate(variant.Rows(mel), Double(source))), variant.Vocoder.Vocode(mel, source, Cancel), Tolerance);
    }

    [Theory]
    [InlineData(Wide, 1)]
    [InlineData(Wide, 9)]
    [InlineData(Narrow, 4)]
    public void Reply_of_other_sizes_in_chunks_equals_the_whole(string configuration, int chunkFrames)
    {
        using Variant variant = Make(configuration);
        const int Frames = 60;
        (float[] mel, _) = variant.Draw(Frames);
        float[] whole = variant.Speak(mel, Frames, Frames, 0);
        Close.Equal(whole, variant.Speak(mel, Frames, chunkFrames, variant.Vocoder.LookAheadFrames), 1e-4);
    }

    [Theory]
    [InlineData(Wide)]
    [InlineData(Narrow)]
    public void Context_is_exactly_as_far_as_the_definition_reads(string configuration)
    {
        // How far a layer reads does not depend on its width.
        using Variant variant = Make(configuration.Replace("base_channels: 192", "base_channels: 48", StringComparison.Ordinal));
        FrameContext context = variant.Vocoder.Manifest.StageContexts[0];
        int hop = variant.Vocoder.Manifest.HopLength;
        int frames = context.Before + context.After + 7;
        int voiced = context.Before + 3;
        (float[] mel, float[] source) = variant.Draw(frames);
        double[] FrameWhen(int changed)
        {
            double[][] rows = variant.Rows(mel);
            double[] excitation = Double(source);
            if (changed >= 0)
            {
                foreach (double[] row in rows) row[changed]++;
                for (int i = changed * hop; i < (changed + 1) * hop; i++) excitation[i] += 0.5;
            }

            return variant.Oracle.Generate(rows, excitation)[(voiced * hop)..((voiced + 1) * hop)];
        }

        double[] unchanged = FrameWhen(-1);
        Assert.NotEqual(unchanged, FrameWhen(voiced - context.Before));
        Assert.Equal(unchanged, FrameWhen(voiced - context.Before - 1));
        Assert.NotEqual(unchanged, FrameWhen(voiced + context.After));
        Assert.Equal(unchanged, FrameWhen(voiced + context.After + 1));
    }

    [Fact]
    public void Snake_of_a_tiny_alpha_is_computed_as_it_is_written()
    {
        using Variant variant = Make(Narrow, static weights =>
        {
            weights.ValuesOf("resblocks.0.activations1.0.alpha")[1] = 0;
            weights.ValuesOf("source_resblocks.0.activations2.1.alpha")[0] = -1e-4f;
        });
        (float[] mel, float[] source) = variant.Draw(9);
        Close.Equal(Single(variant.Oracle.Generate(variant.Rows(mel), Double(source))), variant.Vocoder.Vocode(mel, source, Cancel), Tolerance);
    }

    [Theory]
    [InlineData("upsample_kernel_sizes: [10]", "upsample_kernel_sizes: [9]", "upsample_kernel_sizes")]
    [InlineData("upsample_kernel_sizes: [10]", "upsample_kernel_sizes: [10, 4]", "upsample_kernel_sizes")]
    [InlineData("upsample_rates: [6]", "upsample_rates: []", "upsample_rates")]
    [InlineData("base_channels: 10", "base_channels: 11", "base_channels")]
    [InlineData("n_fft: 10", "n_fft: 9", "n_fft")]
    [InlineData("hop_len: 4", "hop_len: 12", "hop_len")]
    [InlineData("hop_len: 4", "hop: 4", "hop_len")]
    [InlineData("resblock_kernel_sizes: [5]", "resblock_kernel_sizes: [4]", "resblock_kernel_sizes")]
    [InlineData("source_resblock_kernel_sizes: [3]", "source_resblock_kernel_sizes: [3, 5]", "source_resblock_kernel_sizes")]
    [InlineData("[[1, 1]]", "[[0]]", "source_resblock_dilation_sizes")]
    [InlineData("in_channels: 7", "in_channels: seven", "in_channels")]
    [InlineData("in_channels: 7", "in_channels: 8", "f0_predictor.condnet.0.weight_v")]
    [InlineData("nb_harmonics: 0", "nb_harmonics: 2", "m_source.l_linear.weight")]
    public void Configuration_that_does_not_fit_is_refused_with_a_sentence(string from, string to, string place)
    {
        using RandomHift weights = MakeWeights(Narrow);
        string broken = Narrow.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Narrow, broken);
        var exception = Assert.Throws<ModelLoadException>(() => GoldenVocoder.Convert(Read(broken), weights, _folder["model"], 8000).Dispose());
        Assert.Contains(place, exception.Message, StringComparison.Ordinal);
        Assert.Contains("expected", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conv_post.weight_g")]
    [InlineData("f0_predictor.condnet.0.weight_v")]
    [InlineData("resblocks.0.activations2.0.alpha")]
    [InlineData("ups.0.bias")]
    public void Missing_tensor_is_named(string tensor)
    {
        using RandomHift weights = MakeWeights(Narrow);
        weights.Remove(tensor);
        var exception = Assert.Throws<ModelLoadException>(() => GoldenVocoder.Convert(Read(Narrow), weights, _folder["model"], 8000).Dispose());
        Assert.Contains(tensor, exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Variant Make(string configuration, Action<RandomHift>? change = null)
    {
        RandomHift weights = MakeWeights(configuration);
        change?.Invoke(weights);
        ConfigNode hift = Read(configuration);
        return new Variant(weights, new HiftOracle(HiftConfiguration.Read(hift), weights), GoldenVocoder.Convert(hift, weights, _folder["model"], 8000));
    }

    private RandomHift MakeWeights(string configuration) => new(HiftConfiguration.Read(Read(configuration)), pitchChannels: 12, pitchLayers: 3, seed: 1);

    private ConfigNode Read(string configuration)
    {
        File.WriteAllText(_folder["config.yaml"], configuration);
        return ConfigNode.ReadYaml(_folder["config.yaml"]).Child("hift");
    }

    private static float[] Single(double[] values) => Array.ConvertAll(values, static value => (float)value);

    private static double[] Double(float[] values) => Array.ConvertAll(values, static value => (double)value);

    private sealed record Variant(RandomHift Weights, HiftOracle Oracle, HiftVocoder Vocoder) : IDisposable
    {
        public (float[] Mel, float[] Source) Draw(int frames)
        {
            var random = new TorchRandom(5);
            var mel = new float[frames * Vocoder.Manifest.MelBins];
            var source = new float[frames * Vocoder.Manifest.HopLength];
            random.Normal(mel);
            random.Normal(source);
            return (mel, source);
        }

        public double[][] Rows(float[] mel)
        {
            int frames = mel.Length / Vocoder.Manifest.MelBins;
            return [.. mel.Chunk(frames).Select(Double)];
        }

        public float[] Speak(float[] mel, int frames, int chunkFrames, int lookAheadFrames)
        {
            using ReplyVocoder reply = Vocoder.Begin(3);
            int hop = Vocoder.Manifest.HopLength;
            var wave = new float[frames * hop];
            for (int start = 0; start < frames; start += chunkFrames)
            {
                int count = Math.Min(chunkFrames, frames - start);
                int end = Math.Min(frames, start + count + lookAheadFrames);
                float[] columns = [.. mel.Chunk(frames).SelectMany(row => row[start..end])];
                reply.Append(columns, count, wave.AsSpan(start * hop, count * hop), Cancel);
            }

            return wave;
        }

        public void Dispose()
        {
            Vocoder.Dispose();
            Weights.Dispose();
        }
    }
}
