using VoiceGlm.Testing;

namespace VoiceGlm.Cli.Tests;

/// <summary>The golden checkpoints, converted by the command line once for all tests.</summary>
public sealed class GoldenModel : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The model folder.</summary>
    public string Path => _folder["model"];

    public async ValueTask InitializeAsync()
    {
        await Cli.SucceedAsync("models", "convert", Repository.Fixture("tokenizer", "model"), Repository.Fixture("lm", "model"), Repository.Fixture("flow", "model"), "--output", Path);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
