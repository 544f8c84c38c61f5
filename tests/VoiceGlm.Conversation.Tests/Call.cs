using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Conversation.Tests;

/// <summary>A session over an in-memory connection on a clock that the test moves.</summary>
internal sealed class Call : IAsyncDisposable
{
    private static readonly IMeterFactory s_meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _session;
    private int _frames;

    public Call(ConversationOptions? options = null, SessionSettings? settings = null, Scripted? stages = null)
    {
        Stages = stages ?? new Scripted();
        Connection = new InMemoryConnection(Time);
        Handler = new ConversationHandler(
            Stages, Stages, Options.Create(options ?? new ConversationOptions()), new ConversationMetrics(s_meters), Time, NullLogger<ConversationHandler>.Instance);
        _session = Handler.RunAsync(Connection, settings ?? new SessionSettings(), _stopping.Token);
    }

    public PlayoutClock Time { get; } = new();

    public Scripted Stages { get; }

    public ConversationHandler Handler { get; }

    public InMemoryConnection Connection { get; }

    public List<VoiceEvent> Seen { get; } = [];

    /// <summary>The microphone hears 80 ms, and the turn detector says something about it.</summary>
    public void Speak(TurnSignalKind signal = TurnSignalKind.None, int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            if (signal != TurnSignalKind.None && i == 0) Stages.Signals[_frames * 1280L] = signal;
            var samples = new float[1280];
            Array.Fill(samples, _frames++ / 1000f);
            Connection.Speak(samples);
        }
    }

    /// <summary>Waits until the far side was told something of a kind; what was told before it is passed over.</summary>
    public async Task<T> SeeAsync<T>(Func<T, bool>? matches = null)
        where T : VoiceEvent
    {
        while (true)
        {
            VoiceEvent seen = await Connection.Events.ReadAsync(TestContext.Current.CancellationToken);
            Seen.Add(seen);
            if (seen is T wanted && matches?.Invoke(wanted) != false) return wanted;
        }
    }

    /// <summary>Waits until the session is in a state.</summary>
    public Task SeeStateAsync(ConversationState state) => SeeAsync<VoiceEvent.StateChanged>(change => change.State == state);

    /// <summary>Moves the clock on while something plays, until what is awaited has happened.</summary>
    public async Task<T> PlayUntilAsync<T>(Task<T> happens)
    {
        while (!happens.IsCompleted)
        {
            Play();
            await Task.Yield();
        }

        return await happens;
    }

    /// <summary>Moves the clock on until so much of a turn was heard.</summary>
    public async Task HearAsync(TurnId turn, TimeSpan heard)
    {
        while (Connection.PlayedOf(turn) < heard)
        {
            Play();
            await Task.Yield();
        }
    }

    private void Play()
    {
        if (Time.IsAwaited) Time.Advance(TimeSpan.FromMilliseconds(20));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _session;
        await Connection.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Hangs up and waits for the session's end.</summary>
    public async Task HangUpAsync()
    {
        Connection.HangUp();
        await _session;
    }
}
