namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>The numbers of a HiFT vocoder: <c>hift:</c> of the decoder's <c>config.yaml</c>.</summary>
/// <remarks>CosyVoice cosyvoice/hifigan/generator.py, HiFTGenerator; its defaults where the file leaves a number out.</remarks>
internal sealed record HiftConfiguration
{
    public required int MelBins { get; init; }

    /// <summary>Channels after the first convolution; each stage halves them.</summary>
    public required int BaseChannels { get; init; }

    /// <summary>Overtones of the source, above the fundamental.</summary>
    public required int Harmonics { get; init; }

    public required float SineAmplitude { get; init; }

    public required float NoiseDeviation { get; init; }

    public required float VoicedThresholdHertz { get; init; }

    /// <summary>How many times longer each stage makes the signal.</summary>
    public required int[] UpsampleRates { get; init; }

    public required int[] UpsampleKernels { get; init; }

    public required int TransformLength { get; init; }

    public required int TransformHop { get; init; }

    /// <summary>Kernels of the residual blocks that every stage has.</summary>
    public required int[] BlockKernels { get; init; }

    public required int[][] BlockDilations { get; init; }

    /// <summary>Kernel of each stage's residual block for the source.</summary>
    public required int[] SourceKernels { get; init; }

    public required int[][] SourceDilations { get; init; }

    public required float LeakySlope { get; init; }

    /// <summary>Largest absolute value of a sample.</summary>
    public required float AudioLimit { get; init; }

    public int Stages => UpsampleRates.Length;

    /// <summary>Samples per mel frame.</summary>
    public int HopLength => RateBefore(Stages) * TransformHop;

    /// <summary>Real and imaginary parts of one column of the short-time Fourier transform.</summary>
    public int SpectrumChannels => TransformLength + 2;

    /// <summary>Values per mel frame at the input of a stage.</summary>
    public int RateBefore(int stage) => UpsampleRates.Take(stage).Aggregate(1, static (product, rate) => product * rate);

    /// <summary>Spectrum columns per value at the output of a stage.</summary>
    public int SpectrumRate(int stage) => RateBefore(Stages) / RateBefore(stage + 1);

    /// <summary>Channels at the output of a stage.</summary>
    public int Channels(int stage) => BaseChannels >> (stage + 1);

    /// <summary>The residual blocks of a stage, whose outputs are averaged.</summary>
    public HiftBlock[] Blocks(int stage) =>
        [.. BlockKernels.Select((kernel, i) => new HiftBlock($"resblocks.{(stage * BlockKernels.Length) + i}", Channels(stage), kernel, BlockDilations[i]))];

    /// <summary>The residual block of a stage's source.</summary>
    public HiftBlock SourceBlock(int stage) => new($"source_resblocks.{stage}", Channels(stage), SourceKernels[stage], SourceDilations[stage]);

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="ModelLoadException">A key is missing, or the numbers do not fit one another.</exception>
    public static HiftConfiguration Read(ConfigNode hift)
    {
        ConfigNode transform = hift.Child("istft_params");
        var configuration = new HiftConfiguration
        {
            MelBins = hift.Integer("in_channels", 80),
            BaseChannels = hift.Integer("base_channels", 512),
            Harmonics = hift.Integer("nb_harmonics", 8),
            SineAmplitude = (float)hift.Number("nsf_alpha", 0.1),
            NoiseDeviation = (float)hift.Number("nsf_sigma", 0.003),
            VoicedThresholdHertz = (float)hift.Number("nsf_voiced_threshold", 10),
            UpsampleRates = hift.Integers("upsample_rates"),
            UpsampleKernels = hift.Integers("upsample_kernel_sizes"),
            TransformLength = transform.Integer("n_fft"),
            TransformHop = transform.Integer("hop_len"),
            BlockKernels = hift.Integers("resblock_kernel_sizes"),
            BlockDilations = hift.IntegerLists("resblock_dilation_sizes"),
            SourceKernels = hift.Integers("source_resblock_kernel_sizes"),
            SourceDilations = hift.IntegerLists("source_resblock_dilation_sizes"),
            LeakySlope = (float)hift.Number("lrelu_slope", 0.1),
            AudioLimit = (float)hift.Number("audio_limit", 0.99),
        };
        configuration.Check(hift, transform);
        return configuration;
    }

    private void Check(ConfigNode hift, ConfigNode transform)
    {
        if (MelBins < 1) throw hift.Wrong("in_channels", "a positive integer");
        if (Harmonics < 0) throw hift.Wrong("nb_harmonics", "an integer that is not negative");
        if (Stages == 0 || Array.Exists(UpsampleRates, static rate => rate < 1)) throw hift.Wrong("upsample_rates", "a list of positive integers");
        if (UpsampleKernels.Length != Stages) throw hift.Wrong("upsample_kernel_sizes", $"{Stages} integers, as in upsample_rates");
        for (int i = 0; i < Stages; i++)
        {
            if (UpsampleKernels[i] < UpsampleRates[i] || (UpsampleKernels[i] - UpsampleRates[i]) % 2 != 0)
            {
                throw hift.Wrong("upsample_kernel_sizes", $"kernels that exceed their rate by an even number, found {UpsampleKernels[i]} for rate {UpsampleRates[i]} in");
            }
        }

        if (BaseChannels < 1 || BaseChannels % (1 << Stages) != 0) throw hift.Wrong("base_channels", $"a multiple of {1 << Stages}, which {Stages} stages halve");
        if (TransformLength < 2 || TransformLength % 2 != 0) throw transform.Wrong("n_fft", "a positive even integer");
        if (TransformHop < 1 || TransformHop > TransformLength) throw transform.Wrong("hop_len", "a positive integer of at most n_fft");
        CheckBlocks(hift, "resblock", BlockKernels, BlockDilations, BlockKernels.Length);
        CheckBlocks(hift, "source_resblock", SourceKernels, SourceDilations, Stages);
    }

    private static void CheckBlocks(ConfigNode hift, string prefix, int[] kernels, int[][] dilations, int count)
    {
        string kernelKey = $"{prefix}_kernel_sizes";
        if (kernels.Length == 0 || Array.Exists(kernels, static kernel => kernel < 1 || kernel % 2 == 0)) throw hift.Wrong(kernelKey, "a list of odd positive integers");
        if (kernels.Length != count) throw hift.Wrong(kernelKey, $"{count} integers, one per stage");
        if (dilations.Length != count || Array.Exists(dilations, static list => list.Length == 0 || Array.Exists(list, static dilation => dilation < 1)))
        {
            throw hift.Wrong($"{prefix}_dilation_sizes", $"{count} lists of positive integers, one per kernel");
        }
    }
}
