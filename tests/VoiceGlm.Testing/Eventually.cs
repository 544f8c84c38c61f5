using Xunit;

namespace VoiceGlm.Testing;

/// <summary>Waits for what another thread does without telling.</summary>
public static class Eventually
{
    /// <summary>Looks again and again, until the test is cancelled.</summary>
    public static async Task TrueAsync(Func<bool> isTrue)
    {
        while (!isTrue())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
