namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// The noise that the flow of one reply begins from. A frame's noise depends on its place in the reply alone, so a frame that two
/// overlapping runs compute begins from the same draw in both. Not thread-safe.
/// </summary>
internal sealed class FrameNoise(ulong seed, int bins)
{
    private readonly TorchRandom _random = new(seed);
    private readonly List<float> _rows = [];
    private int _firstFrame;

    /// <summary>The noise of frames [first, end), shape [end − first, bins]. Frames before <paramref name="first"/> are forgotten.</summary>
    public float[] Take(int first, int end)
    {
        int missing = ((end - _firstFrame) * bins) - _rows.Count;
        if (missing > 0)
        {
            var drawn = new float[missing];
            for (int i = 0; i < missing; i += bins) _random.Normal(drawn.AsSpan(i, bins));
            _rows.AddRange(drawn);
        }

        _rows.RemoveRange(0, (first - _firstFrame) * bins);
        _firstFrame = first;
        return [.. _rows.Take((end - first) * bins)];
    }
}
