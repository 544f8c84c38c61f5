namespace VoiceGlm.Audio;

/// <summary>Samples in the order in which they came. Grows to what it has to hold. Not thread-safe.</summary>
internal sealed class SampleQueue
{
    private float[] _samples = [];
    private int _start;

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>Makes room behind the last sample; <see cref="Commit"/> says how much of it was used.</summary>
    public Span<float> Reserve(int count)
    {
        if (_start + Count + count > _samples.Length)
        {
            float[] target = Count + count > _samples.Length ? new float[Math.Max(2 * _samples.Length, Count + count)] : _samples;
            _samples.AsSpan(_start, Count).CopyTo(target);
            (_samples, _start) = (target, 0);
        }

        return _samples.AsSpan(_start + Count, count);
    }

    /// <summary>Adds the first samples of what was reserved.</summary>
    public void Commit(int count) => Count += count;

    /// <summary>Takes as many as there are, at most as many as fit.</summary>
    public int Take(Span<float> output)
    {
        int taken = Math.Min(Count, output.Length);
        _samples.AsSpan(_start, taken).CopyTo(output);
        _start += taken;
        Count -= taken;
        return taken;
    }

    /// <summary>Forgets all of them, and their memory.</summary>
    public void Clear() => (_samples, _start, Count) = ([], 0, 0);
}
