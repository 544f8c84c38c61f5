using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Audio;
using VoiceGlm.Conversation;
using VoiceGlm.Testing;

namespace VoiceGlm.Hosting.Tests;

/// <summary>The whole service without a network: real stages, and one caller on a clock that the test moves.</summary>
internal sealed class Service : IAsyncDisposable
{
    private const int FrameSamples = 320;
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly IHost _host;
    private Task _session = Task.CompletedTask;

    public Service(params (string Option, string Value)[] options)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(options.Select(static option => KeyValuePair.Create("VoiceGlm:" + option.Option, (string?)option.Value)));
        builder.Services.AddSingleton<TimeProvider>(_time).AddVoiceGlm();
        _host = builder.Build();
        Caller = new InMemoryConnection(_time);
    }

    public InMemoryConnection Caller { get; }

    public List<VoiceEvent> Seen { get; } = [];

    public CancellationToken Stopping => _host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    public DrainingLifetime Lifetime => Assert.IsType<DrainingLifetime>(_host.Services.GetRequiredService<IHostLifetime>());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static float[] Question() => WaveFile.Read(Repository.Fixture("audio", "speech_en.wav")).Channel(0).ToArray();

    public async Task StartAsync() => await _host.StartAsync(Token);

    public Task<VoiceStages> StagesAsync() => _host.Services.GetRequiredService<IVoiceStagesSource>().GetAsync(Token);

    /// <summary>Waits until the service says that it is ready.</summary>
    public async Task ReadyAsync()
    {
        while ((await CheckAsync()).Status != HealthStatus.Healthy) await Task.Yield();
    }

    /// <summary>Waits until the service says that it is not ready, for a reason that names something.</summary>
    public async Task<string> UnreadyAsync(string something)
    {
        while (true)
        {
            HealthReportEntry check = await CheckAsync();
            if (check.Status == HealthStatus.Unhealthy && check.Description?.Contains(something + " is", StringComparison.Ordinal) == true) return check.Description;
        }
    }

    /// <summary>Begins the caller's session.</summary>
    public void Call() => _session = _host.Services.GetRequiredService<IVoiceConnectionHandler>().RunAsync(Caller, new SessionSettings(), Token);

    /// <summary>The caller says something and is quiet then, while time goes on, until it is told something.</summary>
    public async Task<T> SayUntilAsync<T>(float[] words, Func<T, bool>? matches = null)
        where T : VoiceEvent
    {
        for (int said = 0; ; said += FrameSamples)
        {
            // As fast as the session hears, and no faster than the reply is made: what is heard of it is what was there.
            var frame = new float[FrameSamples];
            if (said < words.Length) words.AsSpan(said, Math.Min(FrameSamples, words.Length - said)).CopyTo(frame);
            Caller.Speak(frame);
            while (Caller.Microphone.Count > 0 && !_session.IsCompleted) await Task.Yield();
            if (Caller.SilentFrom > _time.GetUtcNow()) _time.Advance(s_frame);
            while (Caller.Events.TryRead(out VoiceEvent? seen))
            {
                Seen.Add(seen);
                if (seen is T wanted && matches?.Invoke(wanted) != false) return wanted;
            }

            Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Moves the clock until something has ended.</summary>
    public async Task PassTimeUntilAsync(Task ended)
    {
        while (!ended.IsCompleted)
        {
            _time.Advance(s_frame);
            await Task.Yield();
        }

        await ended;
    }

    private async Task<HealthReportEntry> CheckAsync()
    {
        await Task.Yield();
        Token.ThrowIfCancellationRequested();
        return (await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token)).Entries["model"];
    }

    public async ValueTask DisposeAsync()
    {
        Caller.HangUp();
        await _session;
        await _host.StopAsync(Token);
        _host.Dispose();
        await Caller.DisposeAsync();
    }
}
