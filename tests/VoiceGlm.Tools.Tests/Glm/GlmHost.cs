using System.Collections.Concurrent;
using GlmApiEmulator;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VoiceGlm.Testing;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Tests.Glm;

/// <summary>The tools as the service has them, with an emulator where the hosted API would be.</summary>
internal sealed class GlmHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly TemporaryFolder? _folder;

    private readonly bool _isOwner;

    private GlmHost(GlmEmulator emulator, bool isOwner, TimeProvider time, Dictionary<string, string?> settings)
    {
        Emulator = emulator;
        _isOwner = isOwner;
        var all = new Dictionary<string, string?>
        {
            ["VoiceGlm:Tools:Provider"] = "test",
            ["VoiceGlm:Tools:Providers:test:BaseAddress"] = emulator.BaseAddress.AbsoluteUri,
            ["VoiceGlm:Tools:Providers:test:ApiKey"] = GlmEmulator.ApiKey,
            ["VoiceGlm:Tools:Providers:test:Dialect"] = "Hosted",
        };
        if (!settings.ContainsKey("VoiceGlm:Tools:Folder"))
        {
            _folder = new TemporaryFolder();
            all["VoiceGlm:Tools:Folder"] = _folder.Path;
        }

        foreach ((string key, string? value) in settings) all[key] = value;
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Recorder(Log)));
        services.AddSingleton(time);
        // Delays are as long as they can be.
        services.AddSingleton(new GlmResilience(time, static () => 1));
        services.AddTools();
        _services = services.BuildServiceProvider();
    }

    public GlmEmulator Emulator { get; }

    /// <summary>The conversation that tools are called for.</summary>
    public ToolCaller Caller { get; } = new();

    public GlmClient Client => _services.GetRequiredService<GlmClient>();

    /// <summary>Everything that was logged.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    public static Dictionary<string, string?> Models(GlmRole role, string models) => new() { [$"VoiceGlm:Tools:Providers:test:Models:{role}"] = models };

    public static async Task<GlmHost> StartAsync(TimeProvider? time = null, Dictionary<string, string?>? settings = null, TimeProvider? emulatorTime = null, GlmEmulator? emulator = null)
    {
        var host = new GlmHost(emulator ?? await GlmEmulator.StartAsync(emulatorTime), emulator is null, time ?? TimeProvider.System, settings ?? []);
        foreach (IHostedService service in host._services.GetServices<IHostedService>()) await service.StartAsync(CancellationToken.None);
        return host;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Calls a tool as the model does.</summary>
    public ValueTask<ToolAnswer> CallAsync(string name, string arguments, CancellationToken cancellationToken) =>
        Get<IToolRouter>().CallAsync(ToolCall.Parse($"{name}\n{arguments}") ?? throw new ArgumentException($"Expected a call, found {name} {arguments}."), Caller, cancellationToken);

    /// <summary>The requests that went to an endpoint.</summary>
    public EmulatedRequest[] Requests(string path) => [.. Emulator.Requests.Where(request => request.Path == path)];

    public async ValueTask DisposeAsync()
    {
        foreach (IHostedService service in _services.GetServices<IHostedService>()) await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        Caller.Dispose();
        _folder?.Dispose();
        if (_isOwner) await Emulator.DisposeAsync();
    }

    private sealed class Recorder(ConcurrentQueue<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
