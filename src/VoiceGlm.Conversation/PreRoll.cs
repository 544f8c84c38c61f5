namespace VoiceGlm.Conversation;

/// <summary>
/// The last seconds of the microphone. Speech is noticed a little after it began; what was heard before is taken from here.
/// Not thread-safe.
/// </summary>
internal sealed class PreRoll(TimeSpan length)
{
    private readonly Queue<AudioFrame> _frames = new();

    /// <summary>Remembers a frame, and forgets what is too old.</summary>
    public void Add(AudioFrame frame)
    {
        _frames.Enqueue(frame);
        long oldest = frame.Position + frame.Samples.Length - frame.SampleRate.SamplesIn(length);
        while (_frames.Peek() is var first && first.Position + first.Samples.Length <= oldest) _frames.Dequeue();
    }

    /// <summary>The remembered samples from a position on, oldest first.</summary>
    public IEnumerable<AudioFrame> From(long position)
    {
        foreach (AudioFrame frame in _frames)
        {
            int skipped = (int)Math.Clamp(position - frame.Position, 0, frame.Samples.Length);
            if (skipped < frame.Samples.Length) yield return frame with { Samples = frame.Samples[skipped..], Position = frame.Position + skipped };
        }
    }
}
