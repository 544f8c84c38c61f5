using System.Text.Json.Nodes;
using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

/// <summary>Checkpoints with other numbers than the golden one's.</summary>
public sealed class VariantTests
{
    private const double Tolerance = 5e-5;

    public static TheoryData<RandomCheckpoint> Variants { get; } =
    [
        new RandomCheckpoint { KvChannels = 24, ElementType = "BF16", Shards = 4, RopeRatio = 3.5, LinearBias = true, Tied = true },
        new RandomCheckpoint { Groups = null, KvChannels = null, Heads = 5, QkvBias = false, FinalNorm = false, Layers = 3 },
        new RandomCheckpoint { KvChannels = 20, Heads = 8, Groups = 1, ElementType = "F16", Shards = 2, Epsilon = 1e-2 },
        new RandomCheckpoint { KvChannels = 4, Heads = 4, Groups = 4, Layers = 1, FeedForward = 9, RopeRatio = 500 },
    ];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Checkpoint_of_other_numbers_gives_the_logits_of_its_formulas(RandomCheckpoint checkpoint)
    {
        using var folder = new TemporaryFolder();
        checkpoint.Write(folder["checkpoint"], seed: 7);
        ModelFolder model = Convert(folder, folder["checkpoint"]);
        var random = new Random(3);
        TokenId[] ids = [.. Enumerable.Range(0, 21).Select(_ => new TokenId(random.Next(checkpoint.Vocabulary)))];
        using TensorSource weights = TensorSource.Open(folder["checkpoint"]);
        float[] expected = new PlainTransformer(checkpoint, weights).Logits(ids);
        using LanguageModelEngine engine = new(model, model.Manifest.LanguageModel!, new LanguageModelOptions { PrefillChunk = 8, MaxSessions = 2 });
        using ConversationContext context = engine.CreateContext();

        context.Append(ids.AsSpan(0, 19));
        var logits = new float[expected.Length];
        engine.Extend(context, logits.AsSpan(0, 19 * checkpoint.Vocabulary), TestContext.Current.CancellationToken);
        for (int i = 19; i < ids.Length; i++)
        {
            context.Append(ids[i]);
            engine.Step([context], logits.AsSpan(i * checkpoint.Vocabulary, checkpoint.Vocabulary));
        }

        Close.Equal(expected, logits, Tolerance);
        Assert.Equal([258], model.Manifest.LanguageModel!.StopTokenIds);
        Assert.Equal(checkpoint.Context, engine.Capacity);
    }

    [Fact]
    public void Rope_ratio_scales_the_base_as_the_golden_says()
    {
        using var folder = new TemporaryFolder();
        string checkpoint = Altered(folder, static config => config["rope_ratio"] = 500);
        ModelFolder model = Convert(folder, checkpoint);
        using LanguageModelEngine engine = new(model, model.Manifest.LanguageModel!, new LanguageModelOptions { MaxSessions = 1 });
        using ConversationContext context = engine.CreateContext();
        context.Append(GoldenModel.Prompt("random37"));
        var logits = new float[37 * 768];
        engine.Extend(context, logits, TestContext.Current.CancellationToken);

        Close.Equal(Npy.Read<float>("lm", "variant_rope_ratio_500", "random37.logits.npy").Values, logits, Tolerance);
    }

    [Theory]
    [InlineData("rmsnorm", "false")]
    [InlineData("apply_residual_connection_post_layernorm", "true")]
    [InlineData("quantization_bit", "4")]
    [InlineData("multi_query_group_num", "3")]
    [InlineData("kv_channels", "18")]
    [InlineData("num_layers", "0")]
    [InlineData("seq_length", "\"long\"")]
    public void Configuration_that_the_graph_cannot_follow_is_refused_by_its_key(string key, string value)
    {
        using var folder = new TemporaryFolder();
        string checkpoint = Altered(folder, config => config[key] = JsonNode.Parse(value));

        ModelLoadException exception = Assert.Throws<ModelLoadException>(() => Convert(folder, checkpoint));

        Assert.EndsWith($"config.json: {key}", exception.Path, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["model"]));
    }

    [Theory]
    [InlineData("num_layers", "4", "layers.3")]
    [InlineData("ffn_hidden_size", "171", "dense_h_to_4h.weight: expected shape [342, 64], found shape [344, 64]")]
    [InlineData("hidden_size", "60", "word_embeddings.weight: expected shape [768, 60], found shape [768, 64]")]
    [InlineData("padded_vocab_size", "600", "an id from 406 to 599")]
    public void Checkpoint_that_is_not_what_its_configuration_says_is_refused_by_its_tensor(string key, string value, string message)
    {
        using var folder = new TemporaryFolder();
        string checkpoint = Altered(folder, config => config[key] = JsonNode.Parse(value));

        ModelLoadException exception = Assert.Throws<ModelLoadException>(() => Convert(folder, checkpoint));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    private static string Altered(TemporaryFolder folder, Action<JsonNode> alter)
    {
        string checkpoint = folder["checkpoint"];
        Directory.CreateDirectory(checkpoint);
        foreach (string file in Directory.EnumerateFiles(Repository.Fixture("lm", "model")))
        {
            File.Copy(file, Path.Combine(checkpoint, Path.GetFileName(file)));
        }

        string path = Path.Combine(checkpoint, "config.json");
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        alter(config);
        File.WriteAllText(path, config.ToJsonString());
        return checkpoint;
    }

    private static ModelFolder Convert(TemporaryFolder folder, string checkpoint)
    {
        CheckpointConverter.Convert([checkpoint], folder["model"], progress: null, CancellationToken.None);
        return ModelFolder.Open(folder["model"]);
    }
}
