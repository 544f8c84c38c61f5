using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.WebRtc.Tests;

/// <summary>Signalling on a free port, without anybody who would converse.</summary>
internal sealed class CallServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private CallServer(WebApplication application)
    {
        _application = application;
        Client = new HttpClient { BaseAddress = new Uri(application.Urls.First()) };
    }

    public HttpClient Client { get; }

    public RtcServer Rtc => _application.Services.GetRequiredService<RtcServer>();

    public static async Task<CallServer> StartAsync(int maximumSessions = 10, ILoggerProvider? log = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        if (log is not null) builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        builder.Services.AddSingleton<IVoiceConnectionHandler, Nobody>().AddWebRtcVoice();
        builder.Services.Configure<RtcOptions>(options => options.MaximumSessions = maximumSessions);
        WebApplication application = builder.Build();
        application.MapWebRtcVoice("/webrtc");
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new CallServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.DisposeAsync();
    }

    private sealed class Nobody : IVoiceConnectionHandler
    {
        public Task RunAsync(IVoiceConnection connection, SessionSettings settings, CancellationToken cancellationToken) =>
            connection.Microphone.ReadAllAsync(cancellationToken).LastOrDefaultAsync(cancellationToken).AsTask();
    }
}
