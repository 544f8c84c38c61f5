using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace VoiceGlm.Checkpoints;

/// <summary>The ranks of a byte-level BPE tokenizer, <c>tokenizer.model</c>: a line <c>BASE64 RANK</c> for each token.</summary>
/// <remarks>openai/tiktoken load.py. That merging needs every byte and every rank is checked here, where a line can be named.</remarks>
internal sealed class TiktokenFile
{
    private const int MaxFileBytes = 1 << 26;

    private TiktokenFile(byte[][] tokens) => Tokens = tokens;

    /// <summary>The bytes of each token, by rank.</summary>
    public IReadOnlyList<byte[]> Tokens { get; }

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="ModelLoadException">A line is malformed or doubled, ranks are not 0, 1, 2…, or a byte has no token.</exception>
    public static TiktokenFile Read(string path)
    {
        byte[] text = RandomAccessFile.ReadAll(path, MaxFileBytes);
        var tokens = new List<byte[]?>();
        var lineOf = new Dictionary<string, int>();
        int lineCount = text.AsSpan().Count((byte)'\n') + 1;
        int lineNumber = 0;
        foreach (Range range in text.AsSpan().Split((byte)'\n'))
        {
            lineNumber++;
            ReadOnlySpan<byte> line = text.AsSpan(range).TrimEnd((byte)'\r');
            if (line.Length == 0) continue;
            (byte[] token, int rank) = ReadLine(line, lineCount, $"{path}: line {lineNumber}");
            if (!lineOf.TryAdd(Encoding.Latin1.GetString(token), lineNumber))
            {
                throw new ModelLoadException($"{path}: line {lineNumber}", "a token that is not there yet", $"that of line {lineOf[Encoding.Latin1.GetString(token)]}");
            }

            while (tokens.Count <= rank) tokens.Add(null);
            if (tokens[rank] is not null) throw new ModelLoadException($"{path}: line {lineNumber}", "a rank that is not there yet", $"{rank} again");
            tokens[rank] = token;
        }

        for (int value = 0; value <= byte.MaxValue; value++)
        {
            if (!lineOf.ContainsKey($"{(char)value}")) throw new ModelLoadException(path, "a token for each of the 256 bytes", $"none for 0x{value:x2}");
        }

        int missing = tokens.IndexOf(null);
        return missing < 0
            ? new TiktokenFile([.. tokens.Select(static token => token!)])
            : throw new ModelLoadException(path, $"ranks from 0 to {tokens.Count - 1}", $"none of {missing}");
    }

    private static (byte[] Token, int Rank) ReadLine(ReadOnlySpan<byte> line, int lineCount, string place)
    {
        int space = line.IndexOf((byte)' ');
        if (space < 1) throw new ModelLoadException(place, "a token in base64, a space and a rank", "no token before a space");
        var token = new byte[Base64.GetMaxDecodedFromUtf8Length(space)];
        if (Base64.DecodeFromUtf8(line[..space], token, out _, out int length) != OperationStatus.Done || length == 0)
        {
            throw new ModelLoadException(place, "a token in base64", $"'{Encoding.Latin1.GetString(line[..Math.Min(space, 40)])}'");
        }

        ReadOnlySpan<byte> digits = line[(space + 1)..];
        return Utf8Parser.TryParse(digits, out int rank, out int consumed) && consumed == digits.Length && rank >= 0 && rank < lineCount
            ? (token[..length], rank)
            : throw new ModelLoadException(place, $"a rank below {lineCount}, the number of lines", $"'{Encoding.Latin1.GetString(digits[..Math.Min(digits.Length, 40)])}'");
    }
}
