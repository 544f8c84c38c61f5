namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>The tensors of <c>flow.pt</c>.</summary>
/// <remarks>GLM-4-Voice cosyvoice/flow (flow.py, length_regulator.py, decoder.py), cosyvoice/transformer; Matcha-TTS decoder.py.</remarks>
internal static class FlowSynthesis
{
    /// <summary>The tensors, in the model's order.</summary>
    public static IReadOnlyList<CheckpointTensor> Plan(SpeechDecoderProfile profile, int seed)
    {
        var plan = new TensorPlan(seed);
        int width = profile.EncoderWidth;
        plan.Random("input_embedding.weight", 0, 1, profile.CodebookSize, width);
        plan.Linear("spk_embed_affine_layer", profile.MelBins, profile.SpeakerEmbeddingSize);
        PlanEncoder(plan, profile);
        plan.Linear("encoder_proj", profile.MelBins, width);
        PlanEstimator(plan, profile);
        PlanLengthRegulator(plan, profile.MelBins);
        return plan.Tensors;
    }

    private static void PlanEncoder(TensorPlan plan, SpeechDecoderProfile profile)
    {
        int width = profile.EncoderWidth;
        int headSize = width / profile.EncoderHeads;
        plan.Linear("encoder.embed.out.0", width, width);
        plan.Norm("encoder.embed.out.1", width);
        plan.Norm("encoder.after_norm", width);
        for (int i = 0; i < profile.EncoderLayers; i++)
        {
            string layer = $"encoder.encoders.{i}";
            plan.Random($"{layer}.self_attn.pos_bias_u", 0, 0.1f, profile.EncoderHeads, headSize);
            plan.Random($"{layer}.self_attn.pos_bias_v", 0, 0.1f, profile.EncoderHeads, headSize);
            foreach (string projection in (string[])["linear_q", "linear_k", "linear_v", "linear_out"])
            {
                plan.Linear($"{layer}.self_attn.{projection}", width, width);
            }

            plan.Linear($"{layer}.self_attn.linear_pos", width, width, bias: false);
            plan.Linear($"{layer}.feed_forward.w_1", profile.EncoderFeedForwardWidth, width);
            plan.Linear($"{layer}.feed_forward.w_2", width, profile.EncoderFeedForwardWidth);
            plan.Norm($"{layer}.norm_ff", width);
            plan.Norm($"{layer}.norm_mha", width);
        }
    }

    private static void PlanLengthRegulator(TensorPlan plan, int channels)
    {
        // One convolution, normalisation and Mish for each sampling ratio, then a convolution of kernel 1.
        const int Ratios = 4;
        const int ModulesPerRatio = 3;
        for (int i = 0; i < Ratios; i++)
        {
            plan.Convolution($"length_regulator.model.{ModulesPerRatio * i}", channels, channels, 3);
            plan.Norm($"length_regulator.model.{(ModulesPerRatio * i) + 1}", channels);
        }

        plan.Convolution($"length_regulator.model.{ModulesPerRatio * Ratios}", channels, channels, 1);
    }

    private static void PlanEstimator(TensorPlan plan, SpeechDecoderProfile profile)
    {
        const string Root = "decoder.estimator";
        IReadOnlyList<int> channels = profile.EstimatorChannels;
        int input = 4 * profile.MelBins;   // the noisy mel, the encoder's, the speaker and the prompt
        int timeWidth = 4 * channels[0];
        plan.Linear($"{Root}.time_mlp.linear_1", timeWidth, input);
        plan.Linear($"{Root}.time_mlp.linear_2", timeWidth, timeWidth);
        int last = channels.Count - 1;
        for (int i = 0; i <= last; i++)
        {
            string block = $"{Root}.down_blocks.{i}";
            PlanBlock(plan, profile, block, i == 0 ? input : channels[i - 1], channels[i]);
            plan.Convolution(i < last ? $"{block}.2.conv" : $"{block}.2", channels[i], channels[i], 3);
        }

        for (int i = 0; i < profile.EstimatorMiddleBlocks; i++)
        {
            PlanBlock(plan, profile, $"{Root}.mid_blocks.{i}", channels[last], channels[last]);
        }

        for (int i = 0; i <= last; i++)
        {
            string block = $"{Root}.up_blocks.{i}";
            int output = channels[Math.Max(0, last - 1 - i)];
            PlanBlock(plan, profile, block, 2 * channels[last - i], output);
            // The transposed convolution of stride 2 reads half of its kernel of 4 for each output.
            if (i < last) plan.Convolution($"{block}.2.conv", output, output, 4, gain: MathF.Sqrt(2));
            else plan.Convolution($"{block}.2", output, output, 3);
        }

        PlanNormedConvolution(plan, $"{Root}.final_block", channels[0], channels[0]);
        plan.Convolution($"{Root}.final_proj", profile.MelBins, channels[0], 1);
    }

    private static void PlanBlock(TensorPlan plan, SpeechDecoderProfile profile, string block, int inputs, int outputs)
    {
        const float Branch = 0.3f;
        string resnet = $"{block}.0";
        plan.Linear($"{resnet}.mlp.1", outputs, 4 * profile.EstimatorChannels[0]);
        PlanNormedConvolution(plan, $"{resnet}.block1", outputs, inputs);
        PlanNormedConvolution(plan, $"{resnet}.block2", outputs, outputs);
        plan.Convolution($"{resnet}.res_conv", outputs, inputs, 1);
        int attention = profile.EstimatorHeads * profile.EstimatorHeadSize;
        for (int i = 0; i < profile.EstimatorTransformers; i++)
        {
            string transformer = $"{block}.1.{i}";
            plan.Norm($"{transformer}.norm1", outputs);
            plan.Linear($"{transformer}.attn1.to_q", attention, outputs, bias: false);
            plan.Linear($"{transformer}.attn1.to_k", attention, outputs, bias: false);
            plan.Linear($"{transformer}.attn1.to_v", attention, outputs, bias: false);
            plan.Linear($"{transformer}.attn1.to_out.0", outputs, attention, gain: Branch);
            plan.Norm($"{transformer}.norm3", outputs);
            plan.Linear($"{transformer}.ff.net.0.proj", 4 * outputs, outputs);
            plan.Linear($"{transformer}.ff.net.2", outputs, 4 * outputs, gain: Branch);
        }
    }

    private static void PlanNormedConvolution(TensorPlan plan, string name, int outputs, int inputs)
    {
        plan.Convolution($"{name}.block.0", outputs, inputs, 3);
        plan.Norm($"{name}.block.1", outputs);
    }
}
