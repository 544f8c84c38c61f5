namespace VoiceGlm.Audio;

/// <summary>Decoded sound that waits to be heard, in one piece so that it can be stretched. Its memory grows to what is needed and stays.</summary>
internal sealed class DecodedSound(SampleRate rate)
{
    private float[] _samples = new float[rate.SamplesIn(TimeSpan.FromMilliseconds(100))];
    private readonly TimeStretcher _stretcher = new(rate);
    private int _start;

    /// <summary>Samples that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Room for samples behind those that wait, which count from now on.</summary>
    public Span<float> Append(int count)
    {
        if (_start + Count + count > _samples.Length)
        {
            _samples.AsSpan(_start, Count).CopyTo(_samples);
            _start = 0;
            if (Count + count > _samples.Length) Array.Resize(ref _samples, 2 * (Count + count));
        }

        Span<float> room = _samples.AsSpan(_start + Count, count);
        Count += count;
        return room;
    }

    /// <summary>Takes the last samples back.</summary>
    public void RemoveLast(int count) => Count -= count;

    /// <summary>Hands out the first samples.</summary>
    public void Take(Span<float> output)
    {
        _samples.AsSpan(_start, output.Length).CopyTo(output);
        _start += output.Length;
        Count -= output.Length;
    }

    /// <summary>Leaves up to so many samples out where that is hardly heard.</summary>
    /// <returns>How many.</returns>
    public int Shorten(int most, bool inHaste)
    {
        int before = Count;
        Count = _stretcher.Shorten(_samples.AsSpan(_start, Count), most, inHaste);
        return before - Count;
    }

    /// <summary>Puts up to so many samples in where that is hardly heard.</summary>
    /// <returns>How many.</returns>
    public int Lengthen(int most)
    {
        Append(_stretcher.LongestPeriod);
        RemoveLast(_stretcher.LongestPeriod);
        int before = Count;
        Count = _stretcher.Lengthen(_samples.AsSpan(_start), Count, most);
        return Count - before;
    }

    /// <summary>Forgets all of it.</summary>
    public void Clear()
    {
        _start = 0;
        Count = 0;
    }
}
