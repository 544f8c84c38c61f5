using System.Globalization;
using System.Text;

namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>
/// Makes the ranks of a byte-pair encoding: the 256 bytes, then pieces of made-up words, each of which the encoding reaches
/// from its bytes by merging the pair of lowest rank first.
/// </summary>
/// <remarks>openai/tiktoken: one <c>base64(token) rank</c> per line; bytes in GPT-2's order, printable ones first.</remarks>
internal static class RankSynthesis
{
    private const int LongestToken = 12;

    /// <summary>Writes <c>tokenizer.model</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer ranks than there are bytes.</exception>
    public static void Write(string path, int count, int seed, CancellationToken cancellationToken)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        int rank = 0;
        foreach (string token in Make(count, seed, cancellationToken))
        {
            string base64 = Convert.ToBase64String(Encoding.Latin1.GetBytes(token));
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{base64} {rank++}"));
        }
    }

    /// <summary>The tokens in the order of their ranks, one character per byte.</summary>
    public static IReadOnlyList<string> Make(int count, int seed, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 256);
        List<string> tokens = [.. Enumerable.Range(0, 256).OrderBy(static value => !IsPrintable(value)).Select(static value => $"{(char)value}")];
        Dictionary<string, int> ranks = tokens.Index().ToDictionary(static item => item.Item, static item => item.Index);
        List<string> endings = [.. Enumerable.Range('a', 26).Select(static letter => $"{(char)letter}")];
        List<string> beginnings = [" ", .. endings];
        var random = new Random(seed);
        while (tokens.Count < count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string token = beginnings[random.Next(beginnings.Count)] + endings[random.Next(endings.Count)];
            if (token.Length > LongestToken || ranks.ContainsKey(token) || !MergesToTwo(token, ranks)) continue;
            ranks.Add(token, tokens.Count);
            tokens.Add(token);
            beginnings.Add(token);
            if (token[0] != ' ') endings.Add(token);
        }

        return tokens;
    }

    // When the ranks so far leave exactly two pieces, the next rank joins them.
    private static bool MergesToTwo(string token, Dictionary<string, int> ranks)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = ranks.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<int> ends = stackalloc int[LongestToken];
        int count = token.Length;
        for (int i = 0; i < count; i++) ends[i] = i + 1;
        while (count > 1)
        {
            int best = -1;
            int bestRank = int.MaxValue;
            for (int i = 0; i + 1 < count; i++)
            {
                int start = i == 0 ? 0 : ends[i - 1];
                if (!lookup.TryGetValue(token.AsSpan(start, ends[i + 1] - start), out int rank) || rank >= bestRank) continue;
                best = i;
                bestRank = rank;
            }

            if (best < 0) return count == 2;
            ends[(best + 1)..count].CopyTo(ends[best..]);
            count--;
        }

        return false;
    }

    private static bool IsPrintable(int value) => value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
}
