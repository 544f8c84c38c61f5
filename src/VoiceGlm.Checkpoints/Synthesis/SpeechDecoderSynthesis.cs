using System.Globalization;

namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>The speech decoder's configuration.</summary>
/// <remarks>glm-4-voice-decoder config.yaml: its keys and the classes of GLM-4-Voice cosyvoice; <c>llm</c> is a leftover there that nothing uses.</remarks>
internal static class SpeechDecoderSynthesis
{
    /// <summary>Writes everything but the weights.</summary>
    public static void WriteConfiguration(SpeechDecoderProfile profile, string folder)
    {
        string channels = List(profile.EstimatorChannels);
        string dilations = List(profile.Dilations);
        string yaml = string.Create(CultureInfo.InvariantCulture, $"""
            __set_seed1: !apply:random.seed [1986]
            __set_seed2: !apply:torch.manual_seed [1986]

            sample_rate: {profile.SampleRate}
            text_encoder_input_size: 512
            llm_input_size: 1024
            llm_output_size: 1024
            spk_embed_dim: {profile.SpeakerEmbeddingSize}

            llm: !new:cosyvoice.llm.llm.TransformerLM
                text_encoder_input_size: !ref <text_encoder_input_size>
                llm_input_size: !ref <llm_input_size>
                llm_output_size: !ref <llm_output_size>
                length_normalized_loss: True
                spk_embed_dim: !ref <spk_embed_dim>

            flow: !new:cosyvoice.flow.flow.MaskedDiffWithXvec
                input_size: {profile.EncoderWidth}
                output_size: {profile.MelBins}
                spk_embed_dim: !ref <spk_embed_dim>
                output_type: 'mel'
                vocab_size: {profile.CodebookSize}
                input_frame_rate: 12.5
                only_mask_loss: True
                encoder: !new:cosyvoice.transformer.encoder.BlockConformerEncoder
                    output_size: {profile.EncoderWidth}
                    attention_heads: {profile.EncoderHeads}
                    linear_units: {profile.EncoderFeedForwardWidth}
                    num_blocks: {profile.EncoderLayers}
                    dropout_rate: 0.1
                    positional_dropout_rate: 0.1
                    attention_dropout_rate: 0.1
                    normalize_before: True
                    input_layer: 'linear'
                    pos_enc_layer_type: 'rel_pos_espnet'
                    selfattention_layer_type: 'block_rel_selfattn'
                    block_size: {profile.EncoderBlockTokens}
                    input_size: {profile.EncoderWidth}
                    use_cnn_module: False
                    macaron_style: False
                length_regulator: !new:cosyvoice.flow.length_regulator.InterpolateRegulator
                    channels: {profile.MelBins}
                    sampling_ratios: [1, 1, 1, 1]
                decoder: !new:cosyvoice.flow.flow_matching.ConditionalCFM
                    in_channels: {3 * profile.MelBins}
                    n_spks: 1
                    spk_emb_dim: {profile.MelBins}
                    cfm_params: !new:omegaconf.DictConfig
                        content:
                            sigma_min: 1e-06
                            solver: 'euler'
                            t_scheduler: 'cosine'
                            training_cfg_rate: 0.2
                            inference_cfg_rate: 0.7
                            reg_loss_type: 'l1'
                    estimator: !new:cosyvoice.flow.decoder.ConditionalDecoder
                        in_channels: {4 * profile.MelBins}
                        out_channels: {profile.MelBins}
                        channels: {channels}
                        dropout: 0
                        attention_head_dim: {profile.EstimatorHeadSize}
                        n_blocks: {profile.EstimatorTransformers}
                        num_mid_blocks: {profile.EstimatorMiddleBlocks}
                        num_heads: {profile.EstimatorHeads}
                        act_fn: 'gelu'

            hift: !new:cosyvoice.hifigan.generator.HiFTGenerator
                in_channels: {profile.MelBins}
                base_channels: {profile.VocoderChannels}
                nb_harmonics: {profile.Harmonics}
                sampling_rate: !ref <sample_rate>
                nsf_alpha: 0.1
                nsf_sigma: 0.003
                nsf_voiced_threshold: 10
                upsample_rates: {List(profile.UpsampleRates)}
                upsample_kernel_sizes: {List(profile.UpsampleKernels)}
                istft_params:
                    n_fft: {profile.FftLength}
                    hop_len: {profile.FftHop}
                resblock_kernel_sizes: {List(profile.ResidualKernels)}
                resblock_dilation_sizes: [{string.Join(", ", profile.ResidualKernels.Select(_ => dilations))}]
                source_resblock_kernel_sizes: {List(profile.SourceResidualKernels)}
                source_resblock_dilation_sizes: [{string.Join(", ", profile.SourceResidualKernels.Select(_ => dilations))}]
                lrelu_slope: 0.1
                audio_limit: 0.99
                f0_predictor: !new:cosyvoice.hifigan.f0_predictor.ConvRNNF0Predictor
                    num_class: 1
                    in_channels: {profile.MelBins}
                    cond_channels: {profile.FundamentalChannels}

            """);
        File.WriteAllText(Path.Combine(folder, "config.yaml"), yaml);
    }

    private static string List(IReadOnlyList<int> values) => $"[{string.Join(", ", values)}]";
}
