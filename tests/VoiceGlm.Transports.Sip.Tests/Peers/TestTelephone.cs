using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>The telephone on ports that are free, whose calls a test talks in.</summary>
internal sealed class TestTelephone : IVoiceConnectionHandler, IAsyncDisposable
{
    private readonly List<string> _log = [];
    private readonly IHost _host;
    private readonly Channel<IVoiceConnection> _calls = Channel.CreateUnbounded<IVoiceConnection>();

    private TestTelephone(Action<SipVoiceOptions> configure, TimeProvider? time)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.AddProvider(new Recorder(this));
        builder.Services.AddSingleton<IVoiceConnectionHandler>(this).AddSipVoice();
        if (time is not null) builder.Services.TryAddSingleton(time);
        builder.Services.Configure<SipVoiceOptions>(options =>
        {
            options.Enabled = true;
            options.Address = "0.0.0.0";
            options.UdpPort = options.TcpPort = 0;
            options.FirstMediaPort = 0;
            configure(options);
        });
        _host = builder.Build();
        Sip = _host.Services.GetRequiredService<SipTelephone>();
    }

    public SipTelephone Sip { get; }

    public ISipCalls Calls => Sip;

    public int UdpPort => Sip.PortOf(SipProtocol.Udp)!.Value;

    public int TcpPort => Sip.PortOf(SipProtocol.Tcp)!.Value;

    /// <summary>What was logged.</summary>
    public string Journal()
    {
        lock (_log) return string.Join('\n', _log);
    }

    public static async Task<TestTelephone> StartAsync(Action<SipVoiceOptions>? configure = null, TimeProvider? time = null)
    {
        var telephone = new TestTelephone(configure ?? (static _ => { }), time);
        await telephone._host.StartAsync(TestContext.Current.CancellationToken);
        return telephone;
    }

    /// <summary>The next call that is answered.</summary>
    public ValueTask<IVoiceConnection> NextCallAsync(CancellationToken cancellationToken) => _calls.Reader.ReadAsync(cancellationToken);

    public async Task RunAsync(IVoiceConnection connection, SessionSettings settings, CancellationToken cancellationToken)
    {
        ISipCall? call = Sip.Find(connection);
        await _calls.Writer.WriteAsync(connection, cancellationToken);
        if (call is not null) await call.Ended.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await Sip.DisposeAsync();
        _host.Dispose();
    }

    private sealed class Recorder(TestTelephone owner) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (owner._log) owner._log.Add($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
