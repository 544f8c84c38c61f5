using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace VoiceGlm.Transports.SignalR.Tests;

/// <summary>A real host on the loopback address, whose sessions do what a test says.</summary>
internal sealed class VoiceServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private VoiceServer(WebApplication application) => _application = application;

    /// <summary>Where the hub is.</summary>
    public Uri Hub => new(new Uri(_application.Urls.First()), "/voice");

    /// <summary>The sessions that are known.</summary>
    public VoiceConnections Connections => _application.Services.GetRequiredService<VoiceConnections>();

    public static async Task<VoiceServer> StartAsync(
        Func<IVoiceConnection, SessionSettings, CancellationToken, Task> session, Action<SignalRVoiceOptions>? configure = null, ICallCarrier? carrier = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IVoiceConnectionHandler>(new ScriptedHandler(session)).AddSignalRVoice(configure);
        if (carrier is not null) builder.Services.AddSingleton(carrier);
        WebApplication application = builder.Build();
        application.MapVoiceHub("/voice");
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new VoiceServer(application);
    }

    /// <summary>A server whose sessions hand their connection to the test and last until it is gone.</summary>
    public static async Task<(VoiceServer Server, BlockingCollection<IVoiceConnection> Sessions)> StartWaitingAsync(
        Action<SignalRVoiceOptions>? configure = null, ICallCarrier? carrier = null)
    {
        var sessions = new BlockingCollection<IVoiceConnection>();
        VoiceServer server = await StartAsync(
            async (connection, _, cancellationToken) =>
            {
                sessions.Add(connection, cancellationToken);
                await connection.Commands.Completion.WaitAsync(cancellationToken);
            },
            configure, carrier);
        return (server, sessions);
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private sealed class ScriptedHandler(Func<IVoiceConnection, SessionSettings, CancellationToken, Task> session) : IVoiceConnectionHandler
    {
        public Task RunAsync(IVoiceConnection connection, SessionSettings settings, CancellationToken cancellationToken) => session(connection, settings, cancellationToken);
    }
}
