using System.Text.Json;
using System.Text.RegularExpressions;
using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Downloads.Tests;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Cli.Tests;

/// <summary>The published model, tiny and synthesized, pulled from a hub on this machine.</summary>
public sealed partial class ModelsPullCommandTests(ModelsPullCommandTests.Published published) : IClassFixture<ModelsPullCommandTests.Published>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private LocalHub _hub = null!;

    private string Model => _folder["model"];

    private string Downloads => _folder["model.downloads"];

    public async ValueTask InitializeAsync()
    {
        _hub = await LocalHub.StartAsync();
        foreach (string owner in (string[])["zai-org", "ZhipuAI"])
        {
            foreach (string checkpoint in published.Checkpoints) _hub.Publish(LocalRepository.Read($"{owner}/{Path.GetFileName(checkpoint)}", checkpoint));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("huggingface")]
    [InlineData("modelscope")]
    public async Task Pulled_model_is_the_one_that_its_checkpoints_convert_to(string source)
    {
        Cli pulled = await Cli.SucceedAsync([.. Pull, "--source", source, "--json"]);

        string[] names = [.. Directory.EnumerateFiles(published.Model).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        Assert.Equal(names, Directory.EnumerateFiles(Model).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        // A folder on the disk has no commit; all else is equal to the byte.
        foreach (string name in names.Where(static name => name != ModelManifest.FileName)) Assert.Equal(File.ReadAllBytes(Path.Combine(published.Model, name)), File.ReadAllBytes(Path.Combine(Model, name)));
        Assert.Equal(WithoutRevisions(published.Model), WithoutRevisions(Model));
        await Cli.SucceedAsync("models", "verify", Model);
        Assert.False(Directory.Exists(Downloads));
        Assert.Equal(_hub.BytesSent, pulled.Json.GetProperty("bytes_fetched").GetInt64());
        Assert.Equal(_hub.BytesSent, pulled.Json.GetProperty("repositories").EnumerateArray().Sum(static repository => repository.GetProperty("bytes").GetInt64()));
        Assert.Equal(JsonValueKind.Null, pulled.Json.GetProperty("downloads").ValueKind);
    }

    [Fact]
    public async Task Manifest_names_the_commit_of_each_repository()
    {
        Cli pulled = await Cli.SucceedAsync([.. Pull, "--json"]);

        Assert.Equal(
            pulled.Json.GetProperty("repositories").EnumerateArray().Select(static repository => repository.GetProperty("revision").GetString()!).Order(),
            ModelManifest.Read(Model).Sources.Values.Select(static source => source.Revision).Order());
    }

    [Fact]
    public async Task Second_pull_fetches_nothing()
    {
        await Cli.SucceedAsync(Pull);
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(Model, ModelManifest.FileName));
        _hub.Forget();

        Cli again = await Cli.SucceedAsync([.. Pull, "--json"]);

        Assert.Equal(0, again.Json.GetProperty("bytes_fetched").GetInt64());
        Assert.Contains("is converted from these revisions already", again.Error);
        Assert.Empty(_hub.Fetches);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(Model, ModelManifest.FileName)));
    }

    [Fact]
    public async Task Pull_with_another_quantization_converts_again()
    {
        await Cli.SucceedAsync([.. Pull, "--keep-downloads"]);
        _hub.Forget();

        await Cli.SucceedAsync([.. Pull, "--keep-downloads", "--quantization", "int8"]);
        Assert.Equal("int8", ModelManifest.Read(Model).LanguageModel!.Quantization!.Weights);
        Assert.Empty(_hub.Fetches);

        Assert.Contains("already", (await Cli.SucceedAsync([.. Pull, "--quantization", "int8"])).Error);
    }

    [Fact]
    public async Task Model_whose_language_model_runs_elsewhere_is_pulled_without_its_weights()
    {
        Cli pulled = await Cli.SucceedAsync([.. Pull, "--remote-language-model", "--keep-downloads", "--json"]);

        string checkpoint = Path.Combine(Downloads, "glm-4-voice-9b");
        Assert.Empty(Directory.GetFiles(checkpoint, "*.safetensors*"));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(Downloads, "glm-4-voice-tokenizer"), "*.safetensors"));
        Assert.Equal(_hub.BytesSent, pulled.Json.GetProperty("bytes_fetched").GetInt64());
        ModelManifest manifest = ModelManifest.Read(Model);
        Assert.DoesNotContain(ModelParts.LanguageModel, manifest.Graphs.Keys);
        Assert.NotNull(manifest.LanguageModel);

        Assert.Contains("already", (await Cli.SucceedAsync([.. Pull, "--remote-language-model"])).Error);
        await Cli.SucceedAsync([.. Pull, "--keep-downloads"]);
        Assert.Contains(ModelParts.LanguageModel, ModelManifest.Read(Model).Graphs.Keys);
    }

    [Fact]
    public async Task Kept_downloads_are_used_by_the_next_pull_and_can_be_converted()
    {
        await Cli.SucceedAsync([.. Pull, "--keep-downloads"]);
        Directory.Delete(Model, recursive: true);
        _hub.Forget();

        await Cli.SucceedAsync([.. Pull, "--downloads", Downloads]);

        Assert.Empty(_hub.Fetches);
        await Cli.SucceedAsync(["models", "convert", .. published.Checkpoints.Select(checkpoint => Path.Combine(Downloads, Path.GetFileName(checkpoint))), "--output", _folder["converted"]]);
        Assert.Equal(WithoutRevisions(published.Model), WithoutRevisions(_folder["converted"]));
    }

    [Fact]
    public async Task Interrupted_pull_keeps_what_came_and_the_next_fetches_the_rest_only()
    {
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        // One connection fetches one file after the other; the user has enough when it comes to this one.
        string[] pull = [.. Pull, "--parallel", "1"];
        _hub.Misbehave = static request => request is { AtStore: true, File: "flow.pt" } ? new Misbehaviour.Hang(20_000) : null;
        _hub.Before = request => request is { AtStore: true, File: "flow.pt" } ? interrupt.CancelAsync() : Task.CompletedTask;
        using var error = new StringWriter();

        int exitCode = await CommandLine.RunAsync(pull, new Terminal(TextWriter.Null, error, TextReader.Null), interrupt.Token);

        Assert.Equal(ExitCode.Cancelled, exitCode);
        Assert.Contains("the same command goes on from there", error.ToString());
        Assert.False(Directory.Exists(Model));
        // Requests that were given up may come late to this hub, and count at no other.
        await _hub.DisposeAsync();
        await InitializeAsync();
        Cli resumed = await Cli.SucceedAsync([.. Pull, "--json"]);
        Assert.Equal(["flow.pt", "hift.pt"], _hub.Fetches.Select(static request => request.File).Order(StringComparer.Ordinal));
        Assert.Equal(_hub.BytesSent, resumed.Json.GetProperty("bytes_fetched").GetInt64());
        Assert.Equal(WithoutRevisions(published.Model), WithoutRevisions(Model));
    }

    [Fact]
    public async Task Refusal_is_one_sentence_and_exit_code_1()
    {
        _hub.Misbehave = static request => request.File is not null ? new Misbehaviour.Answer(403, "", ("X-Error-Code", "GatedRepo")) : null;

        Cli refused = await Cli.RunAsync(Pull);

        Assert.Equal(ExitCode.Failure, refused.ExitCode);
        Assert.Contains("accept its conditions on that page, then give a token", refused.Error);
        Assert.DoesNotContain("   at ", refused.Error);
        Assert.Empty(refused.Output);
    }

    [Fact]
    public async Task Token_of_a_file_is_told_to_the_hub()
    {
        _hub.Token = "hf_secret";
        File.WriteAllText(_folder["token"], "hf_secret\n");

        await Cli.SucceedAsync([.. Pull, "--token-file", _folder["token"]]);

        Cli without = await Cli.RunAsync("models", "pull", "glm-4-voice-9b", "--endpoint", _hub.Endpoint.ToString(), "--output", _folder["other"], "--token-file", _folder["nowhere"]);
        Assert.Equal(ExitCode.Failure, without.ExitCode);
        Assert.Contains("expected a file with a token", without.Error);
    }

    [Fact]
    public async Task Revision_is_asked_for_of_all_repositories_or_of_one()
    {
        Cli all = await Cli.RunAsync([.. Pull, "--revision", "v9"]);
        Assert.Contains("found no such revision", all.Error);
        _hub.Forget();

        await Cli.RunAsync([.. Pull, "--revision", "glm-4-voice-decoder=v9"]);

        Assert.Equal(
            ["glm-4-voice-9b/revision/main", "glm-4-voice-decoder/revision/v9", "glm-4-voice-tokenizer/revision/main"],
            _hub.Requests.Select(static request => request.Path["/api/models/zai-org/".Length..]).Where(static path => path.Contains("/revision/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("before the '=', found cat", (await Cli.RunAsync([.. Pull, "--revision", "cat=v9"])).Error);
    }

    [Fact]
    public async Task Output_that_is_a_folder_of_other_files_is_refused_before_anything_is_asked()
    {
        Directory.CreateDirectory(Model);
        File.WriteAllText(Path.Combine(Model, "letter.txt"), "Dear");

        Cli refused = await Cli.RunAsync(Pull);

        Assert.Equal(ExitCode.Failure, refused.ExitCode);
        Assert.Contains("found a folder of other files", refused.Error);
        Assert.Empty(_hub.Requests);
    }

    [Theory]
    [InlineData("models", "pull")]
    [InlineData("models", "pull", "gpt-5")]
    [InlineData("models", "pull", "glm-4-voice-9b", "--parallel", "0")]
    [InlineData("models", "pull", "glm-4-voice-9b", "--source", "floppy")]
    [InlineData("models", "pull", "glm-4-voice-9b", "--owner", "a/b")]
    public async Task Wrong_command_line_is_another_exit_code(params string[] arguments) => Assert.Equal(ExitCode.Usage, (await Cli.RunAsync(arguments)).ExitCode);

    private string[] Pull => ["models", "pull", "glm-4-voice-9b", "--endpoint", _hub.Endpoint.ToString(), "--output", Model];

    private static string WithoutRevisions(string model)
    {
        string name = Path.GetFileName(model);
        string text = File.ReadAllText(Path.Combine(model, ModelManifest.FileName)).Replace($"\"name\": \"{name}\"", "\"name\": \"\"", StringComparison.Ordinal);
        return RevisionPattern().Replace(text, "\"revision\": \"\"");
    }

    [GeneratedRegex("\"revision\": \"[^\"]*\"")]
    private static partial Regex RevisionPattern();

    /// <summary>The checkpoints, and the model that they convert to without a hub.</summary>
    public sealed class Published : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Published()
        {
            Checkpoints = CheckpointSynthesizer.Synthesize(CheckpointProfile.Tiny with { Name = "glm-4-voice-9b" }, CheckpointParts.All, _folder["checkpoints"]);
            CheckpointConverter.Convert(Checkpoints, Model, null, CancellationToken.None);
        }

        public IReadOnlyList<string> Checkpoints { get; }

        public string Model => _folder["model"];

        public void Dispose() => _folder.Dispose();
    }
}
