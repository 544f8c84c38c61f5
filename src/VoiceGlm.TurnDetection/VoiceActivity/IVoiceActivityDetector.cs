namespace VoiceGlm.TurnDetection;

/// <summary>Tells speech from everything else, window by window. Not thread-safe.</summary>
public interface IVoiceActivityDetector : IDisposable
{
    /// <summary>Hears the next window.</summary>
    /// <param name="window">Shape [<see cref="VoiceActivity.WindowSamples"/>], 16 kHz mono in [-1, 1], following the window before.</param>
    /// <returns>Probability that somebody speaks, in [0, 1].</returns>
    /// <exception cref="ArgumentException">The window has another length.</exception>
    float Process(ReadOnlySpan<float> window);

    /// <summary>Forgets what was heard: the next window is the first of a stream.</summary>
    void Reset();
}

/// <summary>What all voice activity detectors have in common.</summary>
public static class VoiceActivity
{
    /// <summary>Samples of a window: 32 ms at 16 kHz, the step of every decision.</summary>
    public const int WindowSamples = 512;

    internal static void CheckWindow(ReadOnlySpan<float> window)
    {
        if (window.Length != WindowSamples)
        {
            throw new ArgumentException($"A window has {WindowSamples} samples; got {window.Length}.", nameof(window));
        }
    }
}
