namespace VoiceGlm.TurnDetection;

/// <summary>The silence that ends an utterance, learned from the pauses in which the user did not finish. Not thread-safe.</summary>
internal sealed class AdaptiveEndSilence(TurnTiming timing)
{
    // An end should be half again as long as a pause, and a little more.
    private const float PauseFactor = 1.5f;
    private const int PauseExtraSamples = 1_600;

    // To cut a user off is worse than to wait a little: longer at once, shorter by and by.
    private const float Lengthening = 0.6f;
    private const float Shortening = 0.1f;

    private float _samples = timing.EndSilence;

    /// <summary>The silence, in samples at 16 kHz.</summary>
    public int Samples => (int)_samples;

    /// <summary>A gap after an end so short that the end came too early.</summary>
    public int LongestPause => timing.LongestEndSilence * 3 / 2;

    /// <summary>The user paused this long, and went on.</summary>
    public void LearnPause(long samples)
    {
        float wanted = Math.Clamp((PauseFactor * samples) + PauseExtraSamples, timing.ShortestEndSilence, timing.LongestEndSilence);
        _samples += (wanted > _samples ? Lengthening : Shortening) * (wanted - _samples);
    }

    public void Reset() => _samples = timing.EndSilence;
}
