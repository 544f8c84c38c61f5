using System.Globalization;
using System.Text.Json;

namespace VoiceGlm.LanguageModel.Tests;

/// <summary>Numbers of a small checkpoint that is unlike the golden one.</summary>
public sealed record RandomCheckpoint
{
    public int Layers { get; init; } = 2;

    public int Hidden { get; init; } = 40;

    public int Heads { get; init; } = 6;

    public int? Groups { get; init; } = 3;

    public int? KvChannels { get; init; } = 24;

    public int FeedForward { get; init; } = 52;

    public int Vocabulary { get; init; } = 331;

    public int Context { get; init; } = 61;

    public double RopeRatio { get; init; } = 1;

    public double Epsilon { get; init; } = 1e-5;

    public bool QkvBias { get; init; } = true;

    public bool LinearBias { get; init; }

    public bool FinalNorm { get; init; } = true;

    public bool Tied { get; init; }

    public string ElementType { get; init; } = "F32";

    public int Shards { get; init; } = 1;

    public float WeightScale { get; init; } = 1;

    public int HeadSize => KvChannels ?? Hidden / Heads;

    public int KeyValueHeads => Groups ?? Heads;

    public override string ToString() => $"{Heads} heads, {KeyValueHeads} groups of {HeadSize}, {ElementType}, {Shards} shards";

    /// <summary>Writes the checkpoint as it would be published.</summary>
    public void Write(string folder, int seed)
    {
        Directory.CreateDirectory(folder);
        Json(folder, "config.json", new Dictionary<string, object?>
        {
            ["model_type"] = "chatglm",
            ["num_layers"] = Layers,
            ["hidden_size"] = Hidden,
            ["num_attention_heads"] = Heads,
            ["multi_query_attention"] = Groups is not null,
            ["multi_query_group_num"] = Groups ?? 1,
            ["kv_channels"] = KvChannels,
            ["ffn_hidden_size"] = FeedForward,
            ["padded_vocab_size"] = Vocabulary,
            ["seq_length"] = Context,
            ["rope_ratio"] = RopeRatio,
            ["layernorm_epsilon"] = Epsilon,
            ["rmsnorm"] = true,
            ["post_layer_norm"] = FinalNorm,
            ["add_qkv_bias"] = QkvBias,
            ["add_bias_linear"] = LinearBias,
            ["tie_word_embeddings"] = Tied,
            ["eos_token_id"] = 258,
        });
        string[] specials = ["<|endoftext|>", "[gMASK]", "<|user|>", "<sop>", "<|system|>", "<|assistant|>", "<|begin_of_audio|>", "<|end_of_audio|>", "<|audio_0|>", "<|audio_1|>"];
        Json(folder, "tokenizer_config.json", new Dictionary<string, object>
        {
            ["added_tokens_decoder"] = specials.Index().ToDictionary(
                static token => (256 + token.Index).ToString(CultureInfo.InvariantCulture),
                static token => new Dictionary<string, string> { ["content"] = token.Item }),
        });
        File.WriteAllLines(Path.Combine(folder, "tokenizer.model"), Enumerable.Range(0, 256).Select(static value => $"{Convert.ToBase64String([(byte)value])} {value}"));
        WriteWeights(folder, new Random(seed));
    }

    private void WriteWeights(string folder, Random random)
    {
        var tensors = new List<(string Name, int[] Shape)> { ("transformer.embedding.word_embeddings.weight", [Vocabulary, Hidden]) };
        int qkv = (Heads + (2 * KeyValueHeads)) * HeadSize;
        for (int layer = 0; layer < Layers; layer++)
        {
            string name = $"transformer.encoder.layers.{layer}.";
            tensors.Add((name + "input_layernorm.weight", [Hidden]));
            Linear(name + "self_attention.query_key_value", qkv, Hidden, QkvBias || LinearBias);
            Linear(name + "self_attention.dense", Hidden, Heads * HeadSize, LinearBias);
            tensors.Add((name + "post_attention_layernorm.weight", [Hidden]));
            Linear(name + "mlp.dense_h_to_4h", 2 * FeedForward, Hidden, LinearBias);
            Linear(name + "mlp.dense_4h_to_h", Hidden, FeedForward, LinearBias);
        }

        if (FinalNorm) tensors.Add(("transformer.encoder.final_layernorm.weight", [Hidden]));
        if (!Tied) tensors.Add(("transformer.output_layer.weight", [Vocabulary, Hidden]));
        var files = new Dictionary<string, string>();
        foreach ((int shard, (string Name, int[] Shape)[] part) in tensors.Chunk((tensors.Count + Shards - 1) / Shards).Index())
        {
            string file = Shards == 1 ? "model.safetensors" : $"model-{shard + 1:D5}-of-{Shards:D5}.safetensors";
            WriteShard(Path.Combine(folder, file), part, random);
            foreach ((string name, _) in part) files.Add(name, file);
        }

        if (Shards > 1) Json(folder, "model.safetensors.index.json", new Dictionary<string, object> { ["metadata"] = new { total_size = 0 }, ["weight_map"] = files });

        void Linear(string name, int rows, int columns, bool bias)
        {
            tensors.Add((name + ".weight", [rows, columns]));
            if (bias) tensors.Add((name + ".bias", [rows]));
        }
    }

    private void WriteShard(string path, (string Name, int[] Shape)[] tensors, Random random)
    {
        using var data = new MemoryStream();
        var header = new Dictionary<string, object>();
        foreach ((string name, int[] shape) in tensors)
        {
            long start = data.Length;
            int count = shape.Aggregate(1, static (volume, length) => volume * length);
            bool norm = name.EndsWith("layernorm.weight", StringComparison.Ordinal);
            float deviation = shape.Length == 1 ? 0.3f : WeightScale / MathF.Sqrt(shape[1]);
            for (int i = 0; i < count; i++) data.Write(Bytes((norm ? 1 : 0) + (deviation * ((2 * random.NextSingle()) - 1))));
            header.Add(name, new { dtype = ElementType, shape, data_offsets = new[] { start, data.Length } });
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        using FileStream file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)json.Length));
        file.Write(json);
        data.WriteTo(file);
    }

    private byte[] Bytes(float value) => ElementType switch
    {
        "F32" => BitConverter.GetBytes(value),
        "F16" => BitConverter.GetBytes((Half)value),
        _ => BitConverter.GetBytes(value)[2..],
    };

    private static void Json<T>(string folder, string name, T value) => File.WriteAllBytes(Path.Combine(folder, name), JsonSerializer.SerializeToUtf8Bytes(value));
}
