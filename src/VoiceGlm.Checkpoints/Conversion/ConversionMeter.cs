namespace VoiceGlm.Checkpoints;

/// <summary>
/// Counts a conversion as a whole: each checkpoint counts as many bytes as its weights take on disk, once for being written and
/// once for being read back for its checksum. Not thread-safe.
/// </summary>
internal sealed class ConversionMeter(IProgress<ConversionProgress>? progress)
{
    private long _expected;
    private long _finished;
    private long _share;
    private long _announced;
    private long _written;
    private long _reported;

    /// <summary>Says how many bytes the weights of all checkpoints take.</summary>
    public void Expect(long bytes) => _expected = bytes;

    /// <summary>Begins a checkpoint, whose weights take so many bytes.</summary>
    public void BeginPart(long bytes)
    {
        EndPart();
        _share = bytes;
    }

    /// <summary>Says that a graph of so many bytes will be written.</summary>
    public void Announce(long bytes) => _announced += bytes;

    /// <summary>Counts bytes written of what was announced.</summary>
    public void Write(string step, long bytes)
    {
        _written += bytes;
        // What is written may be wider than what was read, and may come in several graphs of which only the first are known.
        double fraction = _written / (double)Math.Max(Math.Max(_share, _announced), 1);
        Report(step, _finished + (long)(fraction * (_share == 0 ? _announced : _share)));
    }

    /// <summary>Counts the reading back: everything is written by now.</summary>
    public void Check(string step, double fraction)
    {
        EndPart();
        Report(step, Written + (long)(fraction * Written));
    }

    private long Written => Math.Max(_expected, _finished);

    private void EndPart()
    {
        _finished += _share == 0 ? _announced : _share;
        _share = 0;
        _announced = 0;
        _written = 0;
    }

    private void Report(string step, long done)
    {
        _reported = Math.Max(_reported, done);
        progress?.Report(new ConversionProgress(step, _reported, 2 * Math.Max(Written, _finished + _announced)));
    }
}
