using VoiceGlm.Audio;
using VoiceGlm.Testing;

namespace VoiceGlm.Cli.Tests;

public sealed class ModelsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Synthesized_checkpoints_convert_and_talk()
    {
        Cli synthesized = await Cli.SucceedAsync("models", "synthesize", "--like", "tiny", "--output", _folder["checkpoints"], "--json");
        string[] checkpoints = [.. synthesized.Json.EnumerateArray().Select(static folder => folder.GetString()!)];
        Assert.Equal(3, checkpoints.Length);
        await Cli.SucceedAsync(["models", "convert", .. checkpoints, "--output", _folder["model"]]);

        Cli talked = await Cli.SucceedAsync(
            "talk", Repository.Fixture("audio", "speech_7p3s.wav"), "--model", _folder["model"], "--output", _folder["answer.wav"], "--seed", "1", "--max-new-tokens", "120", "--json");

        int tokens = talked.Json.GetProperty("speech_tokens").GetInt32();
        Assert.Equal((int)(tokens / 12.5f * 22_050 / 256) * 256, tokens == 0 ? 0 : WaveFile.Read(_folder["answer.wav"]).SampleCount);
    }

    [Fact]
    public async Task Folder_of_checkpoints_converts_whole()
    {
        await Cli.SucceedAsync("models", "synthesize", "--like", "tiny", "--output", _folder["checkpoints"]);

        Cli converted = await Cli.SucceedAsync("models", "convert", _folder["checkpoints"], "--output", _folder["model"], "--json");

        Assert.Equal(
            ["speech-tokenizer", "language-model", "speech-decoder"], converted.Json.GetProperty("parts").EnumerateArray().Select(static part => part.GetString()));
    }

    [Fact]
    public async Task Parts_can_be_converted_one_after_another()
    {
        foreach (string part in (string[])["tokenizer", "lm", "flow"])
        {
            await Cli.SucceedAsync("models", "convert", Repository.Fixture(part, "model"), "--output", _folder["model"]);
        }

        Cli info = await Cli.SucceedAsync("models", "info", _folder["model"], "--json");
        Assert.Equal(3, info.Json.GetProperty("parts").GetArrayLength());
        await Cli.SucceedAsync("models", "verify", _folder["model"]);
    }

    [Fact]
    public async Task Info_tells_the_numbers_of_every_stage()
    {
        await Cli.SucceedAsync("models", "convert", Repository.Fixture("lm", "model"), "--output", _folder["model"]);

        Assert.Contains("keyValueHeads: 2", (await Cli.SucceedAsync("models", "info", _folder["model"])).Output);
    }

    [Fact]
    public async Task Rounded_model_says_how_far_it_is_off_and_speaks()
    {
        Cli converted = await Cli.SucceedAsync(
            "models", "convert", Repository.Fixture("lm", "model"), "--output", _folder["model"], "--quantization", "int4", "--block-size", "64");

        Assert.Contains("int4, the head int8, in blocks of 64", converted.Output);
        Cli generated = await Cli.SucceedAsync("generate", "--text", "Hello", "--model", _folder["model"], "--max-new-tokens", "4", "--json");
        Assert.NotEqual(0, generated.Json.GetProperty("ids").GetArrayLength());
    }

    [Theory]
    [InlineData("--quantization", "int5", "Expected fp32, fp16, bf16, int8 or int4, found 'int5'.")]
    [InlineData("--head-quantization", "best", "Expected fp32, fp16, bf16, int8 or int4, found 'best'.")]
    [InlineData("--block-size", "48", "48")]
    [InlineData("--tokenizer-quantization", "int4", "Expected fp32, fp16, bf16 or int8, found 'int4'.")]
    [InlineData("--compute", "int8", "int8")]
    public async Task Rounding_that_makes_no_sense_is_told(string option, string value, string sentence)
    {
        Cli result = await Cli.RunAsync("models", "convert", Repository.Fixture("lm", "model"), "--output", _folder["model"], option, value);

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(sentence, result.Error);
    }

    [Fact]
    public async Task Wide_weights_in_a_graph_that_computes_in_half_are_told()
    {
        Cli result = await Cli.RunAsync("models", "convert", Repository.Fixture("lm", "model"), "--output", _folder["model"], "--compute", "fp16");
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("Option '--compute' fp16 expects weights of fp16, int8 or int4; found fp32, the head the same.", result.Error);
    }

    [Fact]
    public async Task Model_for_a_remote_engine_has_no_graph_of_the_language_model()
    {
        Cli converted = await Cli.SucceedAsync(
            "models", "convert", Repository.Fixture("lm", "model"), Repository.Fixture("tokenizer", "model"), "--output", _folder["model"], "--remote-language-model", "--json");
        Assert.Equal(["speech-tokenizer"], converted.Json.GetProperty("graphs").EnumerateArray().Select(static graph => graph.GetString()));
        Assert.Equal(["speech-tokenizer", "language-model"], converted.Json.GetProperty("parts").EnumerateArray().Select(static part => part.GetString()));
        await Cli.SucceedAsync("models", "verify", _folder["model"]);
    }

    [Fact]
    public async Task Model_of_fewer_layers_can_be_synthesized()
    {
        await Cli.SucceedAsync("models", "synthesize", "--like", "tiny", "--part", "language-model", "--layers", "2", "--output", _folder["checkpoints"]);
        await Cli.SucceedAsync("models", "convert", _folder["checkpoints"], "--output", _folder["model"]);
        Assert.Contains("layers: 2", (await Cli.SucceedAsync("models", "info", _folder["model"])).Output);
    }

    [Fact]
    public async Task Every_part_can_be_rounded_and_speaks()
    {
        await Cli.SucceedAsync("models", "synthesize", "--like", "tiny", "--output", _folder["checkpoints"]);
        Cli converted = await Cli.SucceedAsync(
            "models", "convert", _folder["checkpoints"], "--output", _folder["model"], "--quantization", "bf16", "--tokenizer-quantization", "int8", "--decoder-quantization", "fp16");
        Assert.Contains("rounded speech-tokenizer", converted.Output);
        Assert.Contains("rounded speech-decoder", converted.Output);
        Assert.Contains("the same choice", converted.Output);
        await Cli.SucceedAsync(
            "talk", Repository.Fixture("audio", "speech_7p3s.wav"), "--model", _folder["model"], "--output", _folder["answer.wav"], "--seed", "1", "--max-new-tokens", "40", "--json");
    }

    [Fact]
    public async Task Help_teaches_every_command()
    {
        foreach (string[] command in (string[][])[[], ["models"], ["models", "pull"], ["models", "convert"], ["models", "verify"], ["models", "info"], ["models", "synthesize"], ["tokenize"], ["generate"], ["speak"], ["talk"], ["bench", "conversation"], ["bench", "decode"], ["eval"]])
        {
            Assert.Contains("Usage:", (await Cli.SucceedAsync([.. command, "--help"])).Output);
        }
    }
}
