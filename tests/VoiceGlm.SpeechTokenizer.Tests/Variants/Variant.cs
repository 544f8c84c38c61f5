using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VoiceGlm.SpeechTokenizer.Tests.Variants;

/// <summary>A small tokenizer checkpoint of random weights, in the published layout, with any hyper-parameters.</summary>
internal sealed record Variant
{
    public int Layers { get; init; } = 2;

    public int Heads { get; init; } = 2;

    public int HeadSize { get; init; } = 6;

    public int FeedForward { get; init; } = 20;

    public int MelBins { get; init; } = 20;

    public int Block { get; init; } = 12;

    public int Pooling { get; init; } = 4;

    public int? PoolingPosition { get; init; }

    public string PoolingType { get; init; } = "avg";

    public int Codebook { get; init; } = 50;

    public int Positions { get; init; } = 104;

    public bool CausalConvolution { get; init; } = true;

    public bool CausalAttention { get; init; }

    public bool QuantizeCausalEncoder { get; init; }

    public int Hop { get; init; } = 160;

    public int Fft { get; init; } = 400;

    public int SegmentSamples { get; init; } = 32_000;

    public int Width => Heads * HeadSize;

    /// <summary>The weights by name, with their shapes.</summary>
    public Dictionary<string, (float[] Values, int[] Shape)> Weights()
    {
        var random = new Random(Layers + Heads + Block);
        var weights = new Dictionary<string, (float[], int[])>();
        void Add(string name, double scale, params int[] shape)
        {
            double centre = name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 : 0;
            float[] values = [.. Enumerable.Range(0, shape.Aggregate(1, static (left, right) => left * right)).Select(_ => (float)(centre + (scale * ((random.NextDouble() * 2) - 1))))];
            weights.Add(name, (values, shape));
        }

        Add("conv1.weight", 0.3, Width, MelBins, 3);
        Add("conv1.bias", 0.5, Width);
        Add("conv2.weight", 0.4, Width, Width, 3);
        Add("conv2.bias", 0.5, Width);
        Add("embed_positions.weight", 0.5, Positions, Width);
        Add("codebook.weight", 2, Codebook, Width);
        for (int layer = 0; layer < Layers; layer++)
        {
            string name = $"layers.{layer}.";
            foreach (string projection in new[] { "q_proj", "k_proj", "v_proj", "out_proj" })
            {
                Add($"{name}self_attn.{projection}.weight", 0.6, Width, Width);
                if (projection != "k_proj") Add($"{name}self_attn.{projection}.bias", 0.3, Width);
            }

            foreach (string norm in new[] { "self_attn_layer_norm", "final_layer_norm" })
            {
                Add($"{name}{norm}.weight", 0.3, Width);
                Add($"{name}{norm}.bias", 0.3, Width);
            }

            Add($"{name}fc1.weight", 0.5, FeedForward, Width);
            Add($"{name}fc1.bias", 0.3, FeedForward);
            Add($"{name}fc2.weight", 0.5, Width, FeedForward);
            Add($"{name}fc2.bias", 0.3, Width);
        }

        return weights;
    }

    /// <summary>Writes the checkpoint, with some keys of its configuration changed.</summary>
    public void Write(string folder, Dictionary<string, (float[] Values, int[] Shape)> weights, params (string Key, JsonNode? Value)[] changes)
    {
        Directory.CreateDirectory(folder);
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("WhisperVQEncoder"),
            ["activation_function"] = "gelu",
            ["d_model"] = Width,
            ["encoder_attention_heads"] = Heads,
            ["encoder_ffn_dim"] = FeedForward,
            ["encoder_layers"] = Layers + 3,
            ["num_mel_bins"] = MelBins,
            ["max_source_positions"] = Positions,
            ["pooling_kernel_size"] = Pooling,
            ["pooling_position"] = PoolingPosition ?? Layers,
            ["pooling_type"] = PoolingType,
            ["quantize_position"] = Layers,
            ["quantize_vocab_size"] = Codebook,
            ["quantize_causal_block_size"] = Block == 0 ? null : Block,
            ["quantize_causal_encoder"] = QuantizeCausalEncoder,
            ["encoder_causal_attention"] = CausalAttention,
            ["encoder_causal_convolution"] = CausalConvolution,
        };
        foreach ((string key, JsonNode? value) in changes) config[key] = value;
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        File.WriteAllText(
            Path.Combine(folder, "preprocessor_config.json"),
            new JsonObject { ["feature_size"] = MelBins, ["hop_length"] = Hop, ["n_fft"] = Fft, ["sampling_rate"] = 16_000, ["n_samples"] = SegmentSamples }.ToJsonString());

        var header = new JsonObject();
        int offset = 0;
        foreach ((string name, (float[] values, int[] shape)) in weights)
        {
            int end = offset + (values.Length * sizeof(float));
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = JsonSerializer.SerializeToNode(shape),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }

        byte[] text = JsonSerializer.SerializeToUtf8Bytes(header);
        using FileStream stream = File.Create(Path.Combine(folder, "model.safetensors"));
        stream.Write(BitConverter.GetBytes((long)text.Length));
        stream.Write(text);
        foreach ((float[] values, _) in weights.Values) stream.Write(MemoryMarshal.AsBytes<float>(values));
    }
}
