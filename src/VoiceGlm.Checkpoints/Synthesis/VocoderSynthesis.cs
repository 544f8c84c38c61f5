namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>The tensors of <c>hift.pt</c>.</summary>
/// <remarks>GLM-4-Voice cosyvoice/hifigan (generator.py, f0_predictor.py).</remarks>
internal static class VocoderSynthesis
{
    private const int FundamentalConvolutions = 5;

    /// <summary>The tensors, in the model's order.</summary>
    public static IReadOnlyList<CheckpointTensor> Plan(SpeechDecoderProfile profile, int seed)
    {
        var plan = new TensorPlan(seed);
        int bins = profile.FftLength + 2;   // real and imaginary parts, or magnitudes and phases
        plan.Linear("m_source.l_linear", 1, profile.Harmonics + 1, gain: 3);
        plan.WeightNormed("conv_pre", profile.VocoderChannels, profile.MelBins, 7);
        int stages = profile.UpsampleRates.Count;
        for (int i = 0; i < stages; i++)
        {
            plan.WeightNormedTransposed(
                $"ups.{i}", ChannelsOf(profile, i), ChannelsOf(profile, i + 1), profile.UpsampleKernels[i], profile.UpsampleRates[i]);
        }

        int rate = profile.UpsampleRates.Skip(1).Aggregate(1, static (product, factor) => product * factor);
        for (int i = 0; i < stages; i++)
        {
            plan.Convolution($"source_downs.{i}", ChannelsOf(profile, i + 1), bins, rate == 1 ? 1 : 2 * rate);
            if (i + 1 < stages) rate /= profile.UpsampleRates[i + 1];
        }

        for (int i = 0; i < stages; i++)
        {
            PlanResidualBlock(plan, profile, $"source_resblocks.{i}", ChannelsOf(profile, i + 1), profile.SourceResidualKernels[i]);
        }

        int kernels = profile.ResidualKernels.Count;
        for (int i = 0; i < stages * kernels; i++)
        {
            PlanResidualBlock(plan, profile, $"resblocks.{i}", ChannelsOf(profile, (i / kernels) + 1), profile.ResidualKernels[i % kernels]);
        }

        // Magnitudes are exponentials: a small spread around 1 is audible and stays clear of the limit.
        plan.WeightNormed("conv_post", bins, ChannelsOf(profile, stages), 7, gain: 0.3f);
        PlanFundamental(plan, profile);
        return plan.Tensors;
    }

    private static int ChannelsOf(SpeechDecoderProfile profile, int stage) => profile.VocoderChannels >> stage;

    private static void PlanResidualBlock(TensorPlan plan, SpeechDecoderProfile profile, string block, int channels, int kernel)
    {
        const float Branch = 0.5f;
        for (int i = 0; i < profile.Dilations.Count; i++) plan.WeightNormed($"{block}.convs1.{i}", channels, channels, kernel);
        for (int i = 0; i < profile.Dilations.Count; i++) plan.WeightNormed($"{block}.convs2.{i}", channels, channels, kernel, Branch);
        for (int i = 0; i < profile.Dilations.Count; i++) plan.Random($"{block}.activations1.{i}.alpha", 1, 0.1f, channels);
        for (int i = 0; i < profile.Dilations.Count; i++) plan.Random($"{block}.activations2.{i}.alpha", 1, 0.1f, channels);
    }

    private static void PlanFundamental(TensorPlan plan, SpeechDecoderProfile profile)
    {
        // A voice between about 80 and 300 Hz.
        const float MeanHertz = 180;
        const float SpreadHertz = 40;
        int channels = profile.FundamentalChannels;
        for (int i = 0; i < FundamentalConvolutions; i++)
        {
            // An activation follows each convolution: the odd numbers are theirs.
            plan.WeightNormed($"f0_predictor.condnet.{2 * i}", channels, i == 0 ? profile.MelBins : channels, 3);
        }

        plan.Linear("f0_predictor.classifier", 1, channels, gain: SpreadHertz);
        plan.Replace("f0_predictor.classifier.bias", static _ => MeanHertz);
    }
}
