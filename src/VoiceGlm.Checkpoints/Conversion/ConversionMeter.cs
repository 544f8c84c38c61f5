namespace VoiceGlm.Checkpoints;

/// <summary>Counts a conversion as a whole: the bytes of all graphs' weights, once for being written and once for being read back for their checksums. Not thread-safe.</summary>
internal sealed class ConversionMeter(IProgress<ConversionProgress>? progress)
{
    private long _total;
    private long _finished;
    private long _reported;

    /// <summary>Says how many bytes the weights of all graphs take.</summary>
    public void Expect(long bytes) => _total = 2 * bytes;

    /// <summary>Tells how far the graph is that is worked on.</summary>
    /// <param name="step">What is done, for people.</param>
    /// <param name="bytes">Bytes done of it, written and read back.</param>
    public void Reach(string step, long bytes)
    {
        _reported = Math.Max(_reported, _finished + bytes);
        progress?.Report(new ConversionProgress(step, _reported, Math.Max(_total, _reported)));
    }

    /// <summary>Ends a graph whose weights take so many bytes.</summary>
    public void Finish(string step, long bytes)
    {
        Reach(step, 2 * bytes);
        _finished += 2 * bytes;
    }
}
