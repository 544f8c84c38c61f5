using System.Threading.Channels;

namespace VoiceGlm.Inference;

/// <summary>
/// The thread that computes. Graph runs block, so stages hand them to this one named thread and await the result: the
/// callers' threads stay free, and runs never fight over the cores. Thread-safe.
/// </summary>
public sealed class InferenceDevice : IDisposable
{
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Name of the thread, as debuggers and profilers show it.</param>
    public InferenceDevice(string name = "inference")
    {
        _thread = new Thread(RunWork) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Runs <paramref name="work"/> on the device's thread, after the work that was asked for before.</summary>
    /// <exception cref="OperationCanceledException">The token asked for the end: at once while the work has not begun, as soon as the work heeds it otherwise.</exception>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public async Task<TResult> RunAsync<TResult>(Func<CancellationToken, TResult> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new Request<TResult>(work, cancellationToken);
        ObjectDisposedException.ThrowIf(!_work.Writer.TryWrite(request.Run), this);
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
        ChannelReader<Action> reader = _work.Reader;
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (reader.TryRead(out Action? action)) action();
        }
    }

    /// <summary>Work that either begins or is cancelled, whichever comes first.</summary>
    private sealed class Request<TResult>(Func<CancellationToken, TResult> work, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _decided;

        public Task<TResult> Result => _completion.Task;

        public void Cancel()
        {
            if (!Interlocked.Exchange(ref _decided, true)) _completion.SetCanceled(cancellationToken);
        }

        public void Run()
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
