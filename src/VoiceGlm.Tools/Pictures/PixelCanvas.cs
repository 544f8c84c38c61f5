using System.Buffers.Binary;
using System.IO.Compression;

namespace VoiceGlm.Tools.Pictures;

/// <summary>A small picture of rectangles and capital letters, for screens and pictures that are made up here. Not thread-safe.</summary>
public sealed class PixelCanvas
{
    private readonly byte[] _rows;

    /// <summary>Creates a black picture.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    public PixelCanvas(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        Width = width;
        Height = height;
        _rows = new byte[height * Stride];
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    // A row of PNG begins with the number of its filter: 0 for none.
    private int Stride => 1 + (Width * 3);

    /// <summary>The colour of a pixel, 0xRRGGBB.</summary>
    public int ColorAt(int x, int y)
    {
        ReadOnlySpan<byte> pixel = _rows.AsSpan((y * Stride) + 1 + (x * 3), 3);
        return pixel[0] << 16 | pixel[1] << 8 | pixel[2];
    }

    /// <summary>Fills a rectangle; what lies outside of the picture is left out.</summary>
    /// <param name="left">Its first column.</param>
    /// <param name="top">Its first row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="color">0xRRGGBB.</param>
    public void Fill(int left, int top, int width, int height, int color)
    {
        for (int y = Math.Max(0, top); y < Math.Min(Height, top + height); y++)
        {
            for (int x = Math.Max(0, left); x < Math.Min(Width, left + width); x++) Set(x, y, color);
        }
    }

    /// <summary>Fills an ellipse.</summary>
    public void FillEllipse(int centerX, int centerY, int radiusX, int radiusY, int color)
    {
        for (int y = Math.Max(0, centerY - radiusY); y < Math.Min(Height, centerY + radiusY); y++)
        {
            double reach = radiusX * Math.Sqrt(1 - Math.Pow((double)(y - centerY) / radiusY, 2));
            Fill((int)(centerX - reach), y, (int)(2 * reach), 1, color);
        }
    }

    /// <summary>Writes capital letters, digits and a few marks; others are drawn as a box.</summary>
    /// <param name="text">The words; small letters are written as capitals.</param>
    /// <param name="left">Column where they begin.</param>
    /// <param name="top">Row where they begin.</param>
    /// <param name="scale">Pixels of a dot; a letter is 5 × 7 dots.</param>
    /// <param name="color">0xRRGGBB.</param>
    public void Write(string text, int left, int top, int scale, int color)
    {
        foreach (char letter in text.ToUpperInvariant())
        {
            ReadOnlySpan<byte> columns = PixelFont.Of(letter);
            for (int column = 0; column < columns.Length; column++)
            {
                for (int row = 0; row < PixelFont.Height; row++)
                {
                    if ((columns[column] >> row & 1) != 0) Fill(left + (column * scale), top + (row * scale), scale, scale, color);
                }
            }

            left += (columns.Length + 1) * scale;
        }
    }

    /// <summary>The picture as a PNG file.</summary>
    public byte[] ToPng()
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], Height);
        header[8] = 8; // bits of a sample
        header[9] = 2; // red, green and blue
        WriteChunk(file, "IHDR"u8, header);
        var data = new MemoryStream();
        using (var deflate = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(_rows);
        WriteChunk(file, "IDAT"u8, data.GetBuffer().AsSpan(0, (int)data.Length));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private void Set(int x, int y, int color)
    {
        Span<byte> pixel = _rows.AsSpan((y * Stride) + 1 + (x * 3), 3);
        pixel[0] = (byte)(color >> 16);
        pixel[1] = (byte)(color >> 8);
        pixel[2] = (byte)color;
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(kind, data));
        file.Write(number);
    }

    // PNG specification, annex D: the CRC of a chunk's kind and data.
    private static uint Crc32(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in kind) crc = Step(crc, value);
        foreach (byte value in data) crc = Step(crc, value);
        return ~crc;

        static uint Step(uint crc, byte value)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            return crc;
        }
    }
}
