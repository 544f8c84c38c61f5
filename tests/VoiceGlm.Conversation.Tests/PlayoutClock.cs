using Microsoft.Extensions.Time.Testing;

namespace VoiceGlm.Conversation.Tests;

/// <summary>A clock that a test moves, and that knows whether somebody waits for a sound to be played: only then does moving it mean anything.</summary>
internal sealed class PlayoutClock : FakeTimeProvider
{
    // Longer waits are for a session's end.
    private static readonly TimeSpan s_longestSound = TimeSpan.FromSeconds(30);

    private int _waiting;

    /// <summary>Whether somebody waits for a sound.</summary>
    public bool IsAwaited => Volatile.Read(ref _waiting) > 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime < TimeSpan.Zero || dueTime > s_longestSound) return timer;
        Interlocked.Increment(ref _waiting);
        return new Awaited(timer, this);
    }

    private sealed class Awaited(ITimer timer, PlayoutClock clock) : ITimer
    {
        private int _ended;

        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0) Interlocked.Decrement(ref clock._waiting);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
