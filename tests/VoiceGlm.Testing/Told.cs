namespace VoiceGlm.Testing;

/// <summary>Progress that is told at once, on the reporting thread.</summary>
public sealed class Told<T>(Action<T> tell) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => tell(value);
}
