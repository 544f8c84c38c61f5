namespace VoiceGlm.Checkpoints;

/// <summary>Where a tensor's elements lie in a file.</summary>
internal sealed class StoredTensor
{
    private readonly long[]? _strides;
    private readonly long _run = 1;

    /// <summary>Notes a tensor.</summary>
    /// <param name="info">Its name, type and shape.</param>
    /// <param name="position">Byte in the file at which its first element lies.</param>
    /// <param name="strides">Elements from one index to the next, for each dimension; null where they lie row by row.</param>
    public StoredTensor(TensorInfo info, long position, long[]? strides = null)
    {
        Info = info;
        Position = position;
        ElementSize = ElementType.SizeOf(info.ElementType);
        if (strides is null) return;
        // The trailing dimensions that lie row by row are read in one piece.
        int outer = strides.Length;
        while (outer > 0 && (info.Shape[outer - 1] == 1 || strides[outer - 1] == _run)) _run *= info.Shape[--outer];
        if (outer > 0) _strides = strides;
    }

    /// <summary>Name, type and shape.</summary>
    public TensorInfo Info { get; }

    /// <summary>Byte in the file at which the first element lies.</summary>
    public long Position { get; }

    /// <summary>Bytes of an element.</summary>
    public int ElementSize { get; }

    /// <summary>Where an element lies, counted in elements from the first, and how many follow it without a gap, itself among them.</summary>
    /// <param name="index">The element's row-major index.</param>
    public (long Element, long Run) RunAt(long index)
    {
        if (_strides is null) return (index, Info.Count - index);
        long within = index % _run;
        long element = within;
        long rest = index - within;
        for (int dimension = _strides.Length - 1; dimension >= 0; dimension--)
        {
            (rest, long at) = Math.DivRem(rest, Info.Shape[dimension]);
            element += at * _strides[dimension];
        }

        return (element, _run - within);
    }
}
