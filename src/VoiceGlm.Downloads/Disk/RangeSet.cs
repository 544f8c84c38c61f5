namespace VoiceGlm.Downloads;

/// <summary>Which bytes of a file are there, as ranges that do not touch. Not thread-safe.</summary>
/// <param name="length">Bytes of the whole file.</param>
internal sealed class RangeSet(long length)
{
    // First byte → the one behind the last.
    private readonly SortedList<long, long> _ranges = [];

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; } = length;

    /// <summary>Bytes that are there.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a range.</summary>
    /// <returns>How many of its bytes were not there yet.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is no part of the file.</exception>
    public long Add(long start, long end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(start, end);
        long before = Count;
        // All that touch it become one with it.
        for (int i = _ranges.Count - 1; i >= 0; i--)
        {
            (long first, long last) = (_ranges.GetKeyAtIndex(i), _ranges.GetValueAtIndex(i));
            if (first > end) continue;
            if (last < start) break;
            (start, end) = (Math.Min(start, first), Math.Max(end, last));
            Count -= last - first;
            _ranges.RemoveAt(i);
        }

        _ranges.Add(start, end);
        Count += end - start;
        return Count - before;
    }

    /// <summary>The bytes that are not there, in pieces of a size at most.</summary>
    /// <returns>First byte of each piece and the one behind its last, in order.</returns>
    public IReadOnlyList<(long Start, long End)> Missing(long pieceBytes)
    {
        var missing = new List<(long, long)>();
        long position = 0;
        foreach ((long first, long last) in _ranges.Append(new KeyValuePair<long, long>(Length, Length)))
        {
            for (; position < first; position = Math.Min(first, position + pieceBytes)) missing.Add((position, Math.Min(first, position + pieceBytes)));
            position = last;
        }

        return missing;
    }
}
