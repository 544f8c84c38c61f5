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
    /// <exception cref="OperationCanceledException">The token asked for the end, before the work began or in it.</exception>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public async Task<TResult> RunAsync<TResult>(Func<CancellationToken, TResult> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var completion = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool accepted = _work.Writer.TryWrite(() =>
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                completion.SetResult(work(cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                completion.SetCanceled(cancellationToken);
            }
#pragma warning disable CA1031 // The failure belongs to the caller who awaits it; the thread serves the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                completion.SetException(exception);
            }
        });
        ObjectDisposedException.ThrowIf(!accepted, this);
        return await completion.Task.ConfigureAwait(false);
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
}
