using System.Diagnostics;

namespace VoiceGlm.Audio;

/// <summary>
/// The beat of calls: every 20 ms each of them hears and speaks once, on a thread of its own, so that a busy thread pool delays no sound.
/// Beats are counted from the first, so they do not drift; a machine that stood still goes on from now instead of hurrying. Thread-safe.
/// </summary>
public sealed class MediaClock : IDisposable
{
    /// <summary>From one beat to the next, which is a packet's length.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan s_standstill = 5 * Interval;

    private readonly Lock _gate = new();
    private volatile Action[] _calls = [];
    private Thread? _thread;
    private bool _isDisposed;

    /// <summary>Calls that beat with it.</summary>
    public int Count => _calls.Length;

    /// <summary>Adds a call. What it does must not throw, and return at once.</summary>
    public void Add(Action beat)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _calls = [.. _calls, beat];
            if (_thread is not null) return;
            _thread = new Thread(Run) { Name = "voiceglm calls", IsBackground = true, Priority = ThreadPriority.AboveNormal };
            _thread.Start();
        }
    }

    /// <summary>Takes a call out; its last beat may still be under way.</summary>
    public void Remove(Action beat)
    {
        lock (_gate) _calls = [.. _calls.Where(call => call != beat)];
    }

    /// <summary>Ends the beat.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _calls = [];
        }
    }

    // The thread ends when no call is left, and the next one starts another.
    private void Run()
    {
        long next = Stopwatch.GetTimestamp();
        long interval = (long)(Interval.TotalSeconds * Stopwatch.Frequency);
        while (true)
        {
            foreach (Action beat in _calls) beat();
            next += interval;
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next);
            if (left > TimeSpan.Zero) Thread.Sleep(left);
            else if (left < -s_standstill) next = Stopwatch.GetTimestamp();
            if (_calls.Length > 0) continue;
            lock (_gate)
            {
                if (_calls.Length > 0) continue;
                _thread = null;
                return;
            }
        }
    }
}
