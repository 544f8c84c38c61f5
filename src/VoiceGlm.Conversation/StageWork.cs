using System.Diagnostics;

namespace VoiceGlm.Conversation;

/// <summary>What one stage did for one turn: how long it worked, waiting for the device included, and on how much sound. One thread at a time uses it.</summary>
internal sealed class StageWork(VoiceStage stage, TimeProvider time)
{
    private DateTimeOffset _begun;
    private DateTimeOffset _ended;

    /// <summary>The stage.</summary>
    public VoiceStage Stage => stage;

    /// <summary>Time spent in its steps.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>Time spent in its first step.</summary>
    public TimeSpan First { get; private set; }

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Sound that went in or came out, where the stage has to keep up with it.</summary>
    public TimeSpan Sound { get; set; }

    /// <summary>Runs a step; what it throws is marked with the stage, except cancellation.</summary>
    public async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> step)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (Steps == 0) _begun = now;
        long start = time.GetTimestamp();
        try
        {
            return await StageException.MarkAsync(stage, step).ConfigureAwait(false);
        }
        finally
        {
            TimeSpan elapsed = time.GetElapsedTime(start);
            if (Steps++ == 0) First = elapsed;
            Duration += elapsed;
            _ended = now + elapsed;
        }
    }

    /// <summary>As the other, for a step without a result.</summary>
    public async ValueTask RunAsync(Func<ValueTask> step) => await RunAsync(async () =>
    {
        await step().ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false);

    /// <summary>Tells of the stage in the turn's trace: from its first step to the end of its last.</summary>
    /// <param name="name">Name of the span.</param>
    /// <param name="turn">The turn's span.</param>
    public void Trace(string name, Activity turn)
    {
        if (Steps == 0) return;
        using Activity? span = turn.Source.StartActivity(name, ActivityKind.Internal, turn.Context, startTime: _begun);
        span?.SetTag("voiceglm.stage.worked_ms", Duration.TotalMilliseconds);
        span?.SetEndTime(_ended.UtcDateTime);
    }
}
