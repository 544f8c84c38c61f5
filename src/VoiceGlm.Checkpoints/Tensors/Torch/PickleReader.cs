using System.Buffers.Binary;
using System.Text;

namespace VoiceGlm.Checkpoints;

/// <summary>The operands of a pickle's instructions, one after another. That a pickle ends too early is a <see cref="ModelLoadException"/>.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="bytes">The pickle.</param>
internal sealed class PickleReader(string path, byte[] bytes)
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>First byte that has not been read.</summary>
    public int Position { get; private set; }

    /// <summary>One byte.</summary>
    public byte TakeByte() => Take(1)[0];

    /// <summary>Two bytes, unsigned.</summary>
    public ushort TakeUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    /// <summary>Four bytes, signed.</summary>
    public int TakeInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <summary>Four bytes, unsigned.</summary>
    public uint TakeUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    /// <summary>Eight bytes, which alone of all numbers come with the greatest first.</summary>
    public double TakeDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <summary>A length of one byte and an integer of so many, signed.</summary>
    public long TakeLong()
    {
        ReadOnlySpan<byte> number = Take(TakeByte());
        if (number.Length > sizeof(long)) throw new ModelLoadException(path, "integers of at most 64 bits", $"one of {number.Length} bytes");
        Span<byte> wide = stackalloc byte[sizeof(long)];
        wide.Fill(number.Length > 0 && number[^1] >= 0x80 ? byte.MaxValue : byte.MinValue);
        number.CopyTo(wide);
        return BinaryPrimitives.ReadInt64LittleEndian(wide);
    }

    /// <summary>Text of so many bytes.</summary>
    public string TakeText(long length)
    {
        try
        {
            return s_utf8.GetString(Take(length));
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelLoadException(path, "text in UTF-8", $"other bytes before {Position}", exception);
        }
    }

    /// <summary>Text to the end of the line, which is passed over.</summary>
    public string TakeLine()
    {
        int length = bytes.AsSpan(Position).IndexOf((byte)'\n');
        if (length < 0) throw new ModelLoadException(path, $"a line at {Position}", "the end of the pickle");
        string line = TakeText(length);
        Position++;
        return line;
    }

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (count > bytes.Length - Position) throw new ModelLoadException(path, $"{count} more bytes at {Position}", "the end of the pickle");
        ReadOnlySpan<byte> taken = bytes.AsSpan(Position, (int)count);
        Position += (int)count;
        return taken;
    }
}
