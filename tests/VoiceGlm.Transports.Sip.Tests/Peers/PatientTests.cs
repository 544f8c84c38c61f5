namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>Tests with other processes, which may never do what they are waited for.</summary>
public abstract class PatientTests : IDisposable
{
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    protected PatientTests() => _patience.CancelAfter(TimeSpan.FromSeconds(40));

    protected CancellationToken Cancel => _patience.Token;

    public void Dispose()
    {
        _patience.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What another process does shows in a state only, which nothing tells of.</summary>
    protected async Task UntilAsync(Func<bool> isTrue, Func<string>? state = null)
    {
        while (!isTrue())
        {
            if (Cancel.IsCancellationRequested) throw new TimeoutException(state?.Invoke() ?? "Expected another state.");
            await Task.Yield();
        }
    }
}
