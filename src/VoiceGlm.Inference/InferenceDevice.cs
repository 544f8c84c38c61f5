using System.Threading.Channels;

namespace VoiceGlm.Inference;

/// <summary>
/// The thread that computes. Graph runs block, so stages hand them to this one named thread and await the result: the
/// callers' threads stay free, and runs never fight over the cores. Thread-safe.
/// </summary>
/// <remarks>
/// What waits with the earliest deadline runs next. A deadline counts as no earlier than the moment the work was asked for, so that
/// nobody overtakes who has been due for longer, and as no later than <see cref="LongestWait"/> after it, so that nobody is overtaken
/// for ever.
/// </remarks>
public sealed class InferenceDevice : IDisposable
{
    /// <summary>Work asked for so long after other work never runs before it, whatever the deadlines.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    // Unbounded: a session asks for one thing at a time, and sessions are counted elsewhere.
    private readonly Channel<Request> _work = Channel.CreateUnbounded<Request>(new UnboundedChannelOptions { SingleReader = true });

    // In the order of asking; the device's thread only.
    private readonly List<Request> _waiting = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Name of the thread, as debuggers and profilers show it.</param>
    public InferenceDevice(string name = "inference")
    {
        _thread = new Thread(RunWork) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Runs <paramref name="work"/> on the device's thread as soon as can be: after all that was due before.</summary>
    /// <exception cref="OperationCanceledException">The token asked for the end: at once while the work has not begun, as soon as the work heeds it otherwise.</exception>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public Task<TResult> RunAsync<TResult>(Func<CancellationToken, TResult> work, CancellationToken cancellationToken) =>
        RunAsync(work, static () => Deadline.AtOnce, cancellationToken);

    /// <summary>Runs <paramref name="work"/> on the device's thread, the earliest deadline first.</summary>
    /// <param name="work">What to do; its token is <paramref name="cancellationToken"/>.</param>
    /// <param name="deadline">When the work is to begin. Asked on the device's thread, briefly, whenever it chooses what to do next: it may change while the work waits.</param>
    /// <param name="cancellationToken">Asks for the end.</param>
    /// <exception cref="OperationCanceledException">The token asked for the end: at once while the work has not begun, as soon as the work heeds it otherwise.</exception>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public async Task<TResult> RunAsync<TResult>(Func<CancellationToken, TResult> work, Func<Deadline> deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new Request<TResult>(work, deadline, cancellationToken);
        ObjectDisposedException.ThrowIf(!_work.Writer.TryWrite(request), this);
        using (cancellationToken.UnsafeRegister(static state => ((Request<TResult>)state!).Cancel(), request))
        {
            return await request.Result.ConfigureAwait(false);
        }
    }

    /// <summary>Ends the thread when the work already asked for is done.</summary>
    public void Dispose()
    {
        _work.Writer.TryComplete();
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    private void RunWork()
    {
        ChannelReader<Request> reader = _work.Reader;
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            do
            {
                while (reader.TryRead(out Request? request)) _waiting.Add(request);
                TakeNext()?.Run();
            }
            while (_waiting.Count > 0);
        }
    }

    // The earliest deadline; of equal ones, what was asked for first.
    private Request? TakeNext()
    {
        _waiting.RemoveAll(static request => request.IsDecided);
        Request? next = null;
        Deadline earliest = default;
        foreach (Request request in _waiting)
        {
            Deadline due = request.Due();
            if (next is not null && due >= earliest) continue;
            (next, earliest) = (request, due);
        }

        if (next is not null) _waiting.Remove(next);
        return next;
    }

    private abstract class Request(Func<Deadline> deadline)
    {
        private readonly Deadline _asked = Deadline.Now;

        public abstract bool IsDecided { get; }

        public Deadline Due() => Deadline.Earlier(Deadline.Later(deadline(), _asked), _asked + LongestWait);

        public abstract void Run();
    }

    /// <summary>Work that either begins or is cancelled, whichever comes first.</summary>
    private sealed class Request<TResult>(Func<CancellationToken, TResult> work, Func<Deadline> deadline, CancellationToken cancellationToken)
        : Request(deadline)
    {
        private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _decided;

        public Task<TResult> Result => _completion.Task;

        public override bool IsDecided => Volatile.Read(ref _decided);

        public void Cancel()
        {
            if (!Interlocked.Exchange(ref _decided, true)) _completion.SetCanceled(cancellationToken);
        }

        public override void Run()
        {
            if (Interlocked.Exchange(ref _decided, true)) return;
            try
            {
                _completion.SetResult(work(cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                _completion.SetCanceled(cancellationToken);
            }
#pragma warning disable CA1031 // The failure belongs to the caller who awaits it; the thread serves the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _completion.SetException(exception);
            }
        }
    }
}
