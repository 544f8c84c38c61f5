using System.Buffers;

namespace VoiceGlm.Downloads;

/// <summary>Fetches one file: in ranges over several connections, into a partial file, until its bytes are those that the hub promised. Not thread-safe.</summary>
internal sealed class FileDownload(
    HubConnection connection, HubRepository repository, HubFile file, CheckpointFolder folder, SemaphoreSlim connections, DownloadOptions options, DownloadMeter meter)
{
    private const int Rounds = 3;
    private const int BufferBytes = 1 << 18;

    // What a killed process forgets, at most, per connection.
    private const long RecordBytes = 16 << 20;

    private bool _inOnePiece = file.Bytes <= options.RangeBytes;
    private bool _rangesIgnored;

    /// <summary>Fetches the file and puts it into its place.</summary>
    /// <exception cref="DownloadException">The hub refuses, fails too often, or gives other bytes than it promises.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (int round = 1; ; round++)
        {
            if (await TryAsync(cancellationToken).ConfigureAwait(false) is not { } trouble) return;
            if (round == Rounds) throw new DownloadException($"{file.Name} of {repository.Name}: {trouble}, {Rounds} times; nothing of it is kept.");
        }
    }

    // Returns what was wrong, after which the file begins anew, or null.
    private async Task<string?> TryAsync(CancellationToken cancellationToken)
    {
        string path = folder.PartialPathOf(file);
        string? trouble = null;
        using (var partial = new PartialFile(path, file))
        {
            try
            {
                await FetchAsync(partial, cancellationToken).ConfigureAwait(false);
                partial.Flush();
                FileDigest found = file.Digest.Of(path, meter.Check, cancellationToken);
                if (found != file.Digest) trouble = $"expected {file.Digest}, found {found}";
            }
            catch (ChangedFileException exception)
            {
                trouble = exception.Message;
            }

            if (trouble is not null) meter.Again(partial.Count);
        }

        if (trouble is null) folder.Keep(file);
        else PartialFile.Delete(path);
        return trouble;
    }

    private async Task FetchAsync(PartialFile partial, CancellationToken cancellationToken)
    {
        try
        {
            await FetchMissingAsync(partial, cancellationToken).ConfigureAwait(false);
        }
        catch (RangesIgnoredException)
        {
            _rangesIgnored = _inOnePiece = true;
            await FetchMissingAsync(partial, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task FetchMissingAsync(PartialFile partial, CancellationToken cancellationToken)
    {
        IReadOnlyList<(long Start, long End)> missing = partial.Missing(options.RangeBytes);
        if (_inOnePiece && missing.Count > 1)
        {
            // One piece from the first gap to the end: what is behind the gap comes once more.
            long start = missing[0].Start;
            meter.Again(file.Bytes - start - missing.Sum(static range => range.End - range.Start));
            missing = [(start, file.Bytes)];
        }

        return Together.RunAsync(missing, (range, stop) => FetchRangeAsync(partial, new RangeCursor(range.Start, range.End), stop), cancellationToken);
    }

    private async Task FetchRangeAsync(PartialFile partial, RangeCursor range, CancellationToken cancellationToken)
    {
        // First come, first served: files are finished one after the other.
        await connections.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await connection.Patience.TryAsync($"{file.Name} of {repository.Name}", () => FetchRestAsync(partial, range, cancellationToken), () => range.Position, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connections.Release();
        }
    }

    private async Task<bool> FetchRestAsync(PartialFile partial, RangeCursor range, CancellationToken cancellationToken)
    {
        bool wholeFile = _rangesIgnored || (range.Position == 0 && range.End == file.Bytes);
        using HubResponse response = await connection.GetAsync(
            repository.Name, file.Address, wholeFile ? null : (range.Position, range.End), cancellationToken).ConfigureAwait(false);
        Check(response, range);
        if (!partial.IsSame(response.Tag)) throw new ChangedFileException("the same file in every answer", "that it changes while it is fetched");
        long skip = response.IsPart ? 0 : range.Position;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        long recorded = range.Position;
        try
        {
            while (range.Position < range.End)
            {
                int length = (int)Math.Min(buffer.Length, skip > 0 ? skip : range.End - range.Position);
                int count = await response.ReadAsync(buffer.AsMemory(0, length)).ConfigureAwait(false);
                if (count == 0) throw new TransientException(response.Address, $"bytes up to {range.End}", $"bytes up to {range.Position}");
                if (skip > 0)
                {
                    skip -= count;
                    continue;
                }

                await partial.WriteAsync(range.Position, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                range.Position += count;
                meter.Fetch(count);
                if (range.Position - recorded < RecordBytes) continue;
                partial.Record(recorded, range.Position);
                recorded = range.Position;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            partial.Record(recorded, range.Position);
        }
    }

    // Refuses an answer that is not of this file or not of this range.
    private void Check(HubResponse response, RangeCursor range)
    {
        if (response.Linked.Bytes is { } bytes && bytes != file.Bytes) throw new ChangedFileException($"{file.Bytes} bytes", $"a file of {bytes}");
        if (response.Linked.Digest is { Length: 64 } digest && !digest.Equals(file.Digest.Hex, StringComparison.OrdinalIgnoreCase)) throw new ChangedFileException($"{file.Digest}", $"a file of {digest}");
        if (!response.IsPart)
        {
            if (!_inOnePiece) throw new RangesIgnoredException();
            if (response.Length is { } whole && whole != file.Bytes) throw new ChangedFileException($"{file.Bytes} bytes", $"a file of {whole}");
            return;
        }

        if (response.Range?.Length is { } total && total != file.Bytes) throw new ChangedFileException($"{file.Bytes} bytes", $"a file of {total}");
        if (response.Range?.From != range.Position || response.Range.To >= range.End || (response.Length is { } length && length != response.Range.To - response.Range.From + 1))
        {
            throw new TransientException(response.Address, $"bytes {range.Position} to {range.End - 1}", $"an answer of {response.Length?.ToString() ?? "unknown"} bytes that calls itself '{response.Range}'");
        }
    }

    private sealed class RangeCursor(long start, long end)
    {
        public long Position { get; set; } = start;

        public long End { get; } = end;
    }
}
