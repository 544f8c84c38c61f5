using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class ConfigNodeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Published_decoder_configuration_is_read()
    {
        ConfigNode config = ConfigNode.ReadYaml(Repository.Fixture("flow", "model", "config.yaml"));
        Assert.Equal(22_050, config.Integer("sample_rate"));
        ConfigNode flow = config.Child("flow");
        Assert.Equal(192, flow.Integer("spk_embed_dim"));
        Assert.Equal(12.5, flow.Number("input_frame_rate"));
        Assert.True(flow.Flag("only_mask_loss", orElse: false));
        Assert.Equal("linear", flow.Child("encoder").Text("input_layer"));
        Assert.Equal(1e-6, flow.Child("decoder").Child("cfm_params").Child("content").Number("sigma_min"));
    }

    [Fact]
    public void Published_tokenizer_configuration_is_read()
    {
        ConfigNode config = ConfigNode.ReadJson(Repository.Fixture("tokenizer", "model", "config.json"));
        Assert.True(config.Integer("d_model") > 0);
        Assert.Equal("avg", config.Text("pooling_type"));
        Assert.False(config.Has("no_such_key"));
        Assert.Equal(7, config.Integer("no_such_key", 7));
    }

    [Fact]
    public void Yaml_values_have_the_types_that_their_reader_asks_for()
    {
        ConfigNode config = Yaml("""
            small: 1e-06
            negative: -3
            flag: True
            word: linear
            quoted: '5'
            nothing: ~
            empty:
            list: [3, 5]
            lists: [[1, 3], [2]]
            """);
        Assert.Equal(1e-6, config.Number("small"));
        Assert.Equal(-3, config.Integer("negative"));
        Assert.True(config.Flag("flag", false));
        Assert.Equal("linear", config.Text("word"));
        Assert.Equal("5", config.Text("quoted"));
        Assert.False(config.Has("nothing"));
        Assert.False(config.Has("empty"));
        Assert.Equal([3, 5], config.Integers("list"));
        Assert.Equal([[1, 3], [2]], config.IntegerLists("lists"));
        Assert.Equal([-3], config.Integers("negative"));
        Assert.Equal(["small", "negative", "flag", "word", "quoted", "nothing", "empty", "list", "lists"], config.Keys);
    }

    [Fact]
    public void Yaml_references_are_followed_wherever_they_stand()
    {
        ConfigNode config = Yaml("""
            nested: {size: !ref <later>, list: [1, !ref <size>], missing: !ref <absent>, loop: !ref <loop>}
            later: !ref <size>
            size: 192
            loop: !ref <loop>
            """);
        Assert.Equal(192, config.Child("nested").Integer("size"));
        Assert.Equal([1, 192], config.Child("nested").Integers("list"));
        AssertRefused("'absent'", () => config.Child("nested").Integer("missing"));
        AssertRefused("'loop'", () => config.Integer("loop"));
    }

    [Theory]
    [InlineData("x: word")]
    [InlineData("x: 1.5")]
    [InlineData("x: '5'")]
    [InlineData("x: 99999999999")]
    [InlineData("x: 1,000")]
    [InlineData("x: [5]")]
    [InlineData("x: {y: 5}")]
    [InlineData("x: true")]
    [InlineData("x: ~")]
    [InlineData("y: 5")]
    public void Value_that_is_no_integer_is_refused(string yaml) => AssertRefused("config.yaml: x: expected", () => Yaml(yaml).Integer("x"));

    [Theory]
    [InlineData(".nan")]
    [InlineData("NaN")]
    [InlineData("nan")]
    [InlineData("Infinity")]
    [InlineData("-.inf")]
    [InlineData("1e999")]
    [InlineData("1,5")]
    [InlineData("'1.5'")]
    [InlineData("[1.5]")]
    [InlineData("0x10")]
    public void Value_that_is_no_finite_number_is_refused(string value) => AssertRefused("a number", () => Yaml($"x: {value}").Number("x"));

    [Theory]
    [InlineData("""{"x":"16"}""")]
    [InlineData("""{"x":16.0}""")]
    [InlineData("""{"x":true}""")]
    [InlineData("""{"x":null}""")]
    [InlineData("""{"x":{}}""")]
    [InlineData("""{"x":[16]}""")]
    public void Json_value_of_another_type_is_refused(string json) => AssertRefused("config.json: x", () => Json(json).Integer("x"));

    [Fact]
    public void Json_number_is_not_a_string_and_a_string_no_flag()
    {
        AssertRefused("a string", () => Json("""{"x":5}""").Text("x"));
        AssertRefused("a string", () => Json("""{"x":false}""").Text("x"));
        AssertRefused("true or false", () => Json("""{"x":"true"}""").Flag("x", false));
        AssertRefused("true or false", () => Json("""{"x":[]}""").Flag("x", false));
        AssertRefused("a mapping", () => Json("""{"x":[]}""").Child("x"));
        AssertRefused("list of integers", () => Json("""{"x":[1,"2"]}""").Integers("x"));
        AssertRefused("list of integers", () => Json("""{"x":[1,null]}""").Integers("x"));
        AssertRefused("list of lists", () => Json("""{"x":[[1],{}]}""").IntegerLists("x"));
        AssertRefused("list of lists", () => Json("""{"x":3}""").IntegerLists("x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{\"x\":NaN}")]
    [InlineData("{\"x\":1,\"x\":2}")]
    [InlineData("{\"x\":\"\\ud800\"}")]
    [InlineData("{\"x\":1")]
    public void Malformed_json_is_refused(string json) => AssertRefused("config.json", () => Json(json));

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment")]
    [InlineData("- 1")]
    [InlineData("word")]
    [InlineData("x: [1")]
    [InlineData("x: *unknown")]
    [InlineData("x: &a [*a]")]
    [InlineData("x: 1\nx: 2")]
    [InlineData("? [1]\n: 2")]
    [InlineData("x: \"unfinished")]
    [InlineData("x: @word")]
    [InlineData("x: \"\\UFFFFFFFF\"")]
    [InlineData("x: {y: 1]")]
    public void Malformed_yaml_is_refused(string yaml) => AssertRefused("config.yaml", () => Yaml(yaml));

    [Fact]
    public void Configuration_nested_absurdly_is_refused()
    {
        AssertRefused("config.json", () => Json("{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}"));
        AssertRefused("deeper", () => Yaml("x: " + new string('[', 100_000) + new string(']', 100_000)));
        AssertRefused("deeper", () => Yaml(string.Concat(Enumerable.Range(0, 200).Select(static depth => new string(' ', depth) + "x:\n"))));
    }

    // Each list holds the one before it ten times: ten billion values if they were copied.
    [Fact]
    public void Aliases_that_multiply_cost_nothing()
    {
        ConfigNode config = Yaml("a0: &a0 [1]\n" + string.Concat(Enumerable.Range(1, 10).Select(
            static level => $"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n")) + "size: 5");
        Assert.Equal(5, config.Integer("size"));
        AssertRefused("a list of integers", () => config.Integers("a10"));
    }

    [Fact]
    public void Missing_file_or_folder_is_refused()
    {
        AssertRefused("no such file", () => ConfigNode.ReadJson(_folder["missing.json"]));
        AssertRefused("no such file", () => ConfigNode.ReadYaml(_folder["missing.yaml"]));
        AssertRefused("failure to open", () => ConfigNode.ReadJson(_folder.Path));
    }

    [Fact]
    public void Random_damage_is_refused_or_read()
    {
        byte[] yaml = File.ReadAllBytes(Repository.Fixture("flow", "model", "config.yaml"));
        byte[] json = File.ReadAllBytes(Repository.Fixture("tokenizer", "model", "config.json"));
        var random = new Random(20_240_614);
        int refused = 0;
        for (int round = 0; round < 1_000; round++)
        {
            File.WriteAllBytes(_folder["config.yaml"], Damage.Of(yaml, random));
            File.WriteAllBytes(_folder["config.json"], Damage.Of(json, random));
            if (IsRefused(() => ConfigNode.ReadYaml(_folder["config.yaml"]))) refused++;
            if (IsRefused(() => ConfigNode.ReadJson(_folder["config.json"]))) refused++;
        }

        Assert.InRange(refused, 1, 1_999);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertRefused(string named, Func<object?> read) =>
        Assert.Contains(named, Assert.Throws<ModelLoadException>(read).Message, StringComparison.Ordinal);

    private static bool IsRefused(Action read)
    {
        try
        {
            read();
            return false;
        }
        catch (ModelLoadException)
        {
            return true;
        }
    }

    private ConfigNode Yaml(string text)
    {
        File.WriteAllText(_folder["config.yaml"], text);
        return ConfigNode.ReadYaml(_folder["config.yaml"]);
    }

    private ConfigNode Json(string text)
    {
        File.WriteAllText(_folder["config.json"], text);
        return ConfigNode.ReadJson(_folder["config.json"]);
    }
}
