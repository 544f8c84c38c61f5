using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Checkpoints.SpeechDecoder;
using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder.Tests;

/// <summary>A flow checkpoint of random weights, of any sizes, written in the published layout and names.</summary>
internal sealed record FlowCheckpoint
{
    public int VocabularySize { get; init; } = 40;

    public int InputSize { get; init; } = 24;

    public double TokenRate { get; init; } = 12.5;

    public int EncoderSize { get; init; } = 32;

    public int EncoderHeads { get; init; } = 2;

    public int FeedForwardSize { get; init; } = 48;

    public int EncoderBlocks { get; init; } = 2;

    public int BlockTokens { get; init; } = 10;

    public int RegulatorLayers { get; init; } = 4;

    public int SpeakerEmbeddingSize { get; init; } = 12;

    public int SpeakerSize { get; init; } = 80;

    public int MelBins { get; init; } = 80;

    public int[] Channels { get; init; } = [16, 16];

    public int Transformers { get; init; } = 1;

    public int MiddleBlocks { get; init; } = 2;

    public int Heads { get; init; } = 2;

    public int HeadSize { get; init; } = 8;

    public double GuidanceRate { get; init; } = 0.7;

    public string TimeSchedule { get; init; } = "cosine";

    /// <summary>The weights by name.</summary>
    public Dictionary<string, (long[] Shape, float[] Values)> MakeWeights(int seed = 1)
    {
        var random = new Random(seed);
        var weights = new Dictionary<string, (long[], float[])>();
        void Add(string name, double scale, double offset, params long[] shape)
        {
            var values = new float[shape.Aggregate(1L, static (volume, length) => volume * length)];
            for (int i = 0; i < values.Length; i++) values[i] = (float)(offset + (scale * ((2 * random.NextDouble()) - 1)));
            weights.Add(name, (shape, values));
        }

        void Layer(string name, bool bias, params long[] shape)
        {
            double scale = 1 / Math.Sqrt(shape[1] * (shape.Length > 2 ? shape[2] : 1));
            Add($"{name}.weight", scale, 0, shape);
            if (bias) Add($"{name}.bias", scale, 0, shape[0]);
        }

        void Norm(string name, long size)
        {
            Add($"{name}.weight", 0.1, 1, size);
            Add($"{name}.bias", 0.1, 0, size);
        }

        int size = EncoderSize;
        Add("input_embedding.weight", 1, 0, VocabularySize, InputSize);
        Layer("spk_embed_affine_layer", true, SpeakerSize, SpeakerEmbeddingSize);
        Layer("encoder_proj", true, MelBins, size);
        Layer("encoder.embed.out.0", true, size, InputSize);
        Norm("encoder.embed.out.1", size);
        Norm("encoder.after_norm", size);
        for (int i = 0; i < EncoderBlocks; i++)
        {
            string name = $"encoder.encoders.{i}";
            Add($"{name}.self_attn.pos_bias_u", 0.3, 0, EncoderHeads, size / EncoderHeads);
            Add($"{name}.self_attn.pos_bias_v", 0.3, 0, EncoderHeads, size / EncoderHeads);
            foreach (string part in new[] { "q", "k", "v", "out" }) Layer($"{name}.self_attn.linear_{part}", true, size, size);
            Layer($"{name}.self_attn.linear_pos", false, size, size);
            Layer($"{name}.feed_forward.w_1", true, FeedForwardSize, size);
            Layer($"{name}.feed_forward.w_2", true, size, FeedForwardSize);
            Norm($"{name}.norm_ff", size);
            Norm($"{name}.norm_mha", size);
        }

        for (int i = 0; i < RegulatorLayers; i++)
        {
            Layer($"length_regulator.model.{3 * i}", true, MelBins, MelBins, 3);
            Norm($"length_regulator.model.{(3 * i) + 1}", MelBins);
        }

        Layer($"length_regulator.model.{3 * RegulatorLayers}", true, MelBins, MelBins, 1);

        int input = (3 * MelBins) + SpeakerSize;
        int hidden = 4 * Channels[0];
        Layer("decoder.estimator.time_mlp.linear_1", true, hidden, input);
        Layer("decoder.estimator.time_mlp.linear_2", true, hidden, hidden);
        void Block(string place, int inputs, int outputs)
        {
            string name = $"decoder.estimator.{place}";
            Layer($"{name}.0.mlp.1", true, outputs, hidden);
            Layer($"{name}.0.block1.block.0", true, outputs, inputs, 3);
            Norm($"{name}.0.block1.block.1", outputs);
            Layer($"{name}.0.block2.block.0", true, outputs, outputs, 3);
            Norm($"{name}.0.block2.block.1", outputs);
            Layer($"{name}.0.res_conv", true, outputs, inputs, 1);
            int inner = Heads * HeadSize;
            for (int i = 0; i < Transformers; i++)
            {
                Norm($"{name}.1.{i}.norm1", outputs);
                foreach (string part in new[] { "q", "k", "v" }) Layer($"{name}.1.{i}.attn1.to_{part}", false, inner, outputs);
                Layer($"{name}.1.{i}.attn1.to_out.0", true, outputs, inner);
                Norm($"{name}.1.{i}.norm3", outputs);
                Layer($"{name}.1.{i}.ff.net.0.proj", true, 4 * outputs, outputs);
                Layer($"{name}.1.{i}.ff.net.2", true, outputs, 4 * outputs);
            }
        }

        int levels = Channels.Length;
        for (int i = 0; i < levels; i++)
        {
            Block($"down_blocks.{i}", i == 0 ? input : Channels[i - 1], Channels[i]);
            Layer($"decoder.estimator.down_blocks.{i}.2{(i < levels - 1 ? ".conv" : "")}", true, Channels[i], Channels[i], 3);
        }

        for (int i = 0; i < MiddleBlocks; i++) Block($"mid_blocks.{i}", Channels[^1], Channels[^1]);
        for (int i = 0; i < levels; i++)
        {
            int outputs = i == levels - 1 ? Channels[0] : Channels[levels - 2 - i];
            Block($"up_blocks.{i}", 2 * Channels[levels - 1 - i], outputs);
            if (i < levels - 1) Layer($"decoder.estimator.up_blocks.{i}.2.conv", true, outputs, outputs, 4);
            else Layer($"decoder.estimator.up_blocks.{i}.2", true, outputs, outputs, 3);
        }

        Layer("decoder.estimator.final_block.block.0", true, Channels[0], Channels[0], 3);
        Norm("decoder.estimator.final_block.block.1", Channels[0]);
        Layer("decoder.estimator.final_proj", true, MelBins, Channels[0], 1);
        return weights;
    }

    /// <summary>Writes <c>flow.safetensors</c> and <c>config.yaml</c>.</summary>
    public void Write(string folder, Dictionary<string, (long[] Shape, float[] Values)> weights)
    {
        long offset = 0;
        var header = new Dictionary<string, object>();
        foreach ((string name, (long[] shape, float[] values)) in weights)
        {
            long end = offset + (values.Length * sizeof(float));
            header.Add(name, new Dictionary<string, object> { ["dtype"] = "F32", ["shape"] = shape, ["data_offsets"] = new[] { offset, end } });
            offset = end;
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        using (FileStream stream = File.Create(Path.Combine(folder, "flow.safetensors")))
        {
            stream.Write(BitConverter.GetBytes((long)json.Length));
            stream.Write(json);
            foreach ((_, float[] values) in weights.Values) stream.Write(MemoryMarshal.AsBytes<float>(values));
        }

        File.WriteAllText(Path.Combine(folder, "config.yaml"), Configuration());
    }

    /// <summary>Converts a written checkpoint into a model folder whose vocoder is left blank.</summary>
    public static ModelFolder Convert(string folder, string output)
    {
        ConfigNode configuration = ConfigNode.ReadYaml(Path.Combine(folder, "config.yaml"));
        using var weights = new SafetensorsFile(Path.Combine(folder, "flow.safetensors"));
        using var writer = new ModelFolderWriter(output, progress: null);
        (IReadOnlyList<GraphBuilder> graphs, FlowManifest flow) = FlowGraphs.Build(configuration.Child("flow"), weights);
        foreach (GraphBuilder graph in graphs) writer.AddGraph(graph, "", CancellationToken.None);
        var vocoder = new VocoderManifest
        {
            MelBins = flow.MelBins,
            HopLength = 256,
            Harmonics = 0,
            SineAmplitude = 0,
            NoiseDeviation = 0,
            VoicedThresholdHertz = 0,
            ReceptiveFieldFrames = 0,
            PitchContextFrames = 0,
            StageContexts = [],
        };
        writer.Commit(
            new ModelManifest
            {
                Format = ModelManifest.CurrentFormat,
                Name = "flow",
                Sources = new Dictionary<string, ModelSource>(),
                Graphs = new Dictionary<string, GraphDescription>(),
                Files = [],
                SpeechDecoder = new SpeechDecoderManifest { SampleRate = configuration.Integer("sample_rate"), Flow = flow, Vocoder = vocoder },
            },
            CancellationToken.None);
        return ModelFolder.Open(output);
    }

    private string Configuration() => string.Create(CultureInfo.InvariantCulture, $"""
        sample_rate: 22050
        spk_embed_dim: {SpeakerEmbeddingSize}

        flow: !new:cosyvoice.flow.flow.MaskedDiffWithXvec
            input_size: {InputSize}
            output_size: {MelBins}
            spk_embed_dim: !ref <spk_embed_dim>
            vocab_size: {VocabularySize}
            input_frame_rate: {TokenRate}
            encoder: !new:cosyvoice.transformer.encoder.BlockConformerEncoder
                output_size: {EncoderSize}
                attention_heads: {EncoderHeads}
                linear_units: {FeedForwardSize}
                num_blocks: {EncoderBlocks}
                normalize_before: True
                input_layer: 'linear'
                pos_enc_layer_type: 'rel_pos_espnet'
                selfattention_layer_type: 'block_rel_selfattn'
                block_size: {BlockTokens}
                input_size: {InputSize}
                use_cnn_module: False
                macaron_style: False
            length_regulator: !new:cosyvoice.flow.length_regulator.InterpolateRegulator
                channels: {MelBins}
                sampling_ratios: [{string.Join(", ", Enumerable.Repeat(1, RegulatorLayers))}]
            decoder: !new:cosyvoice.flow.flow_matching.ConditionalCFM
                in_channels: {3 * MelBins}
                n_spks: 1
                spk_emb_dim: {SpeakerSize}
                cfm_params: !new:omegaconf.DictConfig
                    content:
                        sigma_min: 1e-06
                        solver: 'euler'
                        t_scheduler: '{TimeSchedule}'
                        inference_cfg_rate: {GuidanceRate}
                estimator: !new:cosyvoice.flow.decoder.ConditionalDecoder
                    in_channels: {(3 * MelBins) + SpeakerSize}
                    out_channels: {MelBins}
                    channels: [{string.Join(", ", Channels)}]
                    dropout: 0
                    attention_head_dim: {HeadSize}
                    n_blocks: {Transformers}
                    num_mid_blocks: {MiddleBlocks}
                    num_heads: {Heads}
                    act_fn: 'gelu'

        """);
}
