namespace VoiceGlm.Conversation;

/// <summary>
/// The frames of a reply that may be sounding right now, so that the turn detector knows what echo to expect. One thread adds,
/// another takes.
/// </summary>
internal sealed class PlayoutMemory
{
    private readonly Lock _lock = new();
    private readonly Queue<AudioFrame> _frames = new();
    private int _taken;

    /// <summary>Remembers a frame that was given to the connection.</summary>
    public void Add(AudioFrame frame)
    {
        lock (_lock) _frames.Enqueue(frame);
    }

    /// <summary>Takes the next samples that have sounded, and forgets them.</summary>
    /// <param name="played">How much of the reply has sounded.</param>
    /// <returns>Samples that follow those taken before, at most a frame; <see langword="null"/> when none have sounded since.</returns>
    public AudioFrame? Take(TimeSpan played)
    {
        lock (_lock)
        {
            if (!_frames.TryPeek(out AudioFrame frame)) return null;
            int sounded = (int)Math.Clamp(frame.SampleRate.SamplesIn(played) - frame.Position, _taken, frame.Samples.Length);
            if (sounded == _taken) return null;
            var taken = new AudioFrame(frame.Samples[_taken..sounded], frame.SampleRate, frame.Position + _taken);
            _taken = sounded;
            if (sounded == frame.Samples.Length)
            {
                _frames.Dequeue();
                _taken = 0;
            }

            return taken;
        }
    }
}
