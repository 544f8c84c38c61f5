using System.Security.Cryptography;

namespace VoiceGlm.Checkpoints.Onnx;

/// <summary>A weight that is whole in a data file and on the disk.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="SquaredError">Sum of the squares of what rounding changed; 0 where nothing is rounded.</param>
/// <param name="Squares">Sum of the squares of what was rounded.</param>
internal sealed record WrittenWeight(string Name, long Bytes, string Sha256, double SquaredError, double Squares);

/// <summary>
/// Writes weights into a data file, one after the other, each at a page of its own, piece by piece. What an earlier writing finished is
/// taken over where it is whole. Not thread-safe.
/// </summary>
/// <param name="weights">The weights, in their order.</param>
internal sealed class WeightFile(IReadOnlyList<PackedWeight> weights)
{
    private const int Alignment = 4096;
    private const int PieceBytes = 1 << 22;

    // So much is lost at most when the program is killed: some seconds' work.
    private const long BytesUntilNoted = 1L << 28;

    private byte[] _piece = [];

    /// <summary>Where each weight begins.</summary>
    public IEnumerable<(PackedWeight Weight, long Start)> Places()
    {
        long end = 0;
        foreach (PackedWeight weight in weights)
        {
            long start = (end + Alignment - 1) / Alignment * Alignment;
            end = start + weight.Bytes;
            yield return (weight, start);
        }
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">The file; of one that is there, what <paramref name="finished"/> names is kept.</param>
    /// <param name="finished">Weights that an earlier writing finished, from the first on.</param>
    /// <param name="note">Told of weights that have become whole since it was told last, also where the writing fails.</param>
    /// <param name="written">Told the number of bytes done, after each piece.</param>
    /// <param name="cancellationToken">Ends the writing between two pieces.</param>
    public void Write(string path, IReadOnlyList<WrittenWeight> finished, Action<IReadOnlyList<WrittenWeight>>? note, Action<long>? written, CancellationToken cancellationToken)
    {
        if (weights.Count == 0) return;
        using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 20);
        (PackedWeight Weight, long Start)[] places = [.. Places()];
        int next = TakeOver(stream, places, finished, written, cancellationToken);
        stream.SetLength(next == 0 ? 0 : places[next - 1].Start + places[next - 1].Weight.Bytes);
        var whole = new List<WrittenWeight>();
        var noted = new List<WrittenWeight>();
        try
        {
            for (; next < places.Length; next++)
            {
                (PackedWeight weight, long start) = places[next];
                stream.Seek(start, SeekOrigin.Begin);
                whole.Add(Write(stream, weight, written, cancellationToken));
                if (IsFollowed(places, next)) continue;
                noted.AddRange(whole);
                whole.Clear();
                if (note is null || noted.Sum(static weight => weight.Bytes) < BytesUntilNoted) continue;
                Note();
            }
        }
        catch when (note is not null && noted.Count > 0)
        {
            Note();
            throw;
        }

        void Note()
        {
            stream.Flush(flushToDisk: true);
            note!(noted);
            noted.Clear();
        }
    }

    // How many weights of the file are those of the list, and whole.
    private int TakeOver(
        FileStream stream, (PackedWeight Weight, long Start)[] places, IReadOnlyList<WrittenWeight> finished, Action<long>? written, CancellationToken cancellationToken)
    {
        int whole = 0;
        long bytes = 0;
        for (int i = 0; i < Math.Min(places.Length, finished.Count); i++)
        {
            (PackedWeight weight, long start) = places[i];
            WrittenWeight earlier = finished[i];
            if (earlier.Name != weight.Name || earlier.Bytes != weight.Bytes || stream.Length < start + weight.Bytes) break;
            stream.Seek(start, SeekOrigin.Begin);
            if (Read(stream, weight.Bytes, cancellationToken) != earlier.Sha256) break;
            weight.Error?.Restore(earlier.SquaredError, earlier.Squares);
            bytes += weight.Bytes;
            // What is made together is whole together.
            if (IsFollowed(places, i)) continue;
            whole = i + 1;
            written?.Invoke(bytes);
            bytes = 0;
        }

        return whole;
    }

    private static bool IsFollowed((PackedWeight Weight, long Start)[] places, int index) => index + 1 < places.Length && places[index + 1].Weight.FollowsPrevious;

    private string Read(FileStream stream, long bytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> room = Room(PieceBytes);
        for (long left = bytes; left > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> piece = room[..(int)Math.Min(room.Length, left)];
            stream.ReadExactly(piece);
            hash.AppendData(piece);
            left -= piece.Length;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private WrittenWeight Write(FileStream stream, PackedWeight weight, Action<long>? written, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> room = Room(Math.Max(1, PieceBytes / weight.RowBytes) * weight.RowBytes);
        for (long offset = 0; offset < weight.Bytes; offset += room.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> piece = room[..(int)Math.Min(room.Length, weight.Bytes - offset)];
            weight.Read(offset, piece);
            stream.Write(piece);
            hash.AppendData(piece);
            written?.Invoke(piece.Length);
        }

        return new WrittenWeight(
            weight.Name, weight.Bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), weight.Error?.SquaredError ?? 0, weight.Error?.Squares ?? 0);
    }

    private Span<byte> Room(int bytes)
    {
        if (_piece.Length < bytes) _piece = new byte[bytes];
        return _piece.AsSpan(0, bytes);
    }
}
