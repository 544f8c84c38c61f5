using VoiceGlm.Testing;

namespace VoiceGlm.Cli.Tests;

/// <summary>Each bad input is a sentence that names what was expected and found, and an exit code; never a stack trace.</summary>
public sealed class BadInputTests(GoldenModel model) : IClassFixture<GoldenModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Missing_model_folder_is_told() =>
        await FailAsync("expected a model folder, found no such folder", "tokenize", Repository.Fixture("audio", "speech_en.wav"), "--model", _folder["nowhere"]);

    [Fact]
    public async Task Missing_sound_file_is_told() => await FailAsync("nowhere.wav", "tokenize", _folder["nowhere.wav"], "--model", model.Path);

    [Fact]
    public async Task File_that_is_no_WAV_is_told()
    {
        File.WriteAllText(_folder["text.wav"], "This is not a sound.");
        await FailAsync("expected a WAV file", "tokenize", _folder["text.wav"], "--model", model.Path);
    }

    [Theory]
    [InlineData("1 2 x", "'x' as number 3")]
    [InlineData("[1, 2", "JSON array of integers")]
    [InlineData("[1, \"2\"]", "JSON array of integers")]
    [InlineData("", "at least one speech token, found none")]
    [InlineData("0 256", "from 0 to 255, found 256")]
    [InlineData("0 -1", "from 0 to 255, found -1")]
    [InlineData("99999999999999", "'99999999999999' as number 1")]
    public async Task Bad_speech_tokens_are_told(string tokens, string sentence)
    {
        File.WriteAllText(_folder["tokens.txt"], tokens);
        await FailAsync(sentence, "speak", "--tokens", _folder["tokens.txt"], "--output", _folder["speech.wav"], "--model", model.Path);
        Assert.False(File.Exists(_folder["speech.wav"]));
    }

    [Theory]
    [InlineData("768", "768")]
    [InlineData("-1", "-1")]
    [InlineData("", "at least one token id")]
    public async Task Bad_prompt_ids_are_told(string ids, string sentence)
    {
        File.WriteAllText(_folder["ids.txt"], ids);
        await FailAsync(sentence, "generate", "--prompt-ids", _folder["ids.txt"], "--model", model.Path);
    }

    [Fact]
    public async Task Output_that_cannot_be_written_is_told()
    {
        File.WriteAllText(_folder["tokens.txt"], "1 2 3");
        await FailAsync("speech.wav", "speak", "--tokens", _folder["tokens.txt"], "--output", Path.Combine(_folder.Path, "no", "speech.wav"), "--model", model.Path);
    }

    [Fact]
    public async Task Folder_that_is_no_checkpoint_is_told() =>
        await FailAsync("expected a published speech tokenizer, language model or speech decoder", "models", "convert", _folder.Path, "--output", _folder["model"]);

    [Fact]
    public async Task Model_that_is_damaged_is_told_by_verify()
    {
        foreach (string file in Directory.EnumerateFiles(model.Path)) File.Copy(file, _folder[Path.GetFileName(file)]);
        string weights = Directory.EnumerateFiles(_folder.Path, "*.data").First();
        byte[] bytes = await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes, TestContext.Current.CancellationToken);

        Cli result = await Cli.RunAsync("models", "verify", _folder.Path, "--json");

        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.False(result.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(Path.GetFileName(weights), result.Json.GetProperty("findings")[0].GetProperty("file").GetString());
    }

    [Fact]
    public async Task Model_that_is_whole_is_verified()
    {
        Cli result = await Cli.SucceedAsync("models", "verify", model.Path, "--json");

        Assert.True(result.Json.GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("tokenize")]
    [InlineData("generate", "--greedy")]
    [InlineData("generate", "--text", "Hello", "--top-p", "1.5")]
    [InlineData("generate", "--text", "Hello", "--max-new-tokens", "0")]
    [InlineData("speak", "--tokens", "x", "--output", "y", "--parity", "perfect")]
    [InlineData("models", "synthesize", "--like", "huge", "--output", "x")]
    [InlineData("dance")]
    public async Task Wrong_command_line_is_told_and_is_another_exit_code(params string[] arguments) =>
        Assert.Equal(ExitCode.Usage, (await Cli.RunAsync(arguments)).ExitCode);

    private static async Task FailAsync(string sentence, params string[] arguments)
    {
        Cli result = await Cli.RunAsync(arguments);
        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Contains(sentence, result.Error);
        Assert.StartsWith("voiceglm: ", result.Error);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.Empty(result.Output);
    }
}
