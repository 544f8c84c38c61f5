using VoiceGlm.ServerHost;
using VoiceGlm.Server.Tests;
using VoiceGlm.Testing;

[assembly: AssemblyFixture(typeof(RunningServer))]

namespace VoiceGlm.Server.Tests;

/// <summary>One service for all tests that leave it as it is, with a model whose replies are three seconds long.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private readonly TemporaryFolder _model = new();
    private ServerProcess? _process;

    /// <summary>The process.</summary>
    public ServerProcess Process => _process!;

    /// <summary>Asks for its pages.</summary>
    public HttpClient Http { get; } = new();

    /// <summary>Settings of such a service.</summary>
    public static Dictionary<string, string> Settings(string folder)
    {
        Dictionary<string, string> settings = EndlessModel.Settings(folder, tokens: 110);
        settings["VoiceGlm:SignalR:AllowedOrigins:0"] = "https://shop.example";
        return settings;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _process = await ServerProcess.StartAsync(Settings(_model.Path), CancellationToken.None);
        Http.BaseAddress = _process.Address;
        await _process.WaitUntilReadyAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process is not null) await _process.DisposeAsync();
        _model.Dispose();
    }
}
