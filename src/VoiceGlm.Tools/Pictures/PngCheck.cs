using System.Buffers.Binary;
using System.IO.Compression;

namespace VoiceGlm.Tools.Pictures;

/// <summary>Tells whether a PNG file shows anything.</summary>
internal static class PngCheck
{
    private const int SignatureLength = 8;

    // The largest screen, uncompressed, and more.
    private const int MaxBytes = 128 << 20;

    /// <summary>Whether a picture is black all over; <see langword="null"/> where it is no PNG.</summary>
    /// <remarks>Rows are filtered by differences, so a picture of one colour is almost all zeros; black has nothing else but opacity.</remarks>
    public static bool? IsBlack(ReadOnlySpan<byte> png)
    {
        if (png is not [0x89, (byte)'P', (byte)'N', (byte)'G', ..]) return null;
        var data = new MemoryStream();
        for (int at = SignatureLength; at + 12 <= png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png[at..]);
            if (length < 0 || length > png.Length - at - 12) return null;
            if (png.Slice(at + 4, 4).SequenceEqual("IDAT"u8)) data.Write(png.Slice(at + 8, length));
            at += 12 + length;
        }

        data.Position = 0;
        long total = 0;
        long other = 0;
        byte[] buffer = new byte[81_920];
        try
        {
            using var rows = new ZLibStream(data, CompressionMode.Decompress);
            for (int count; (count = rows.Read(buffer)) > 0 && total < MaxBytes; total += count)
            {
                foreach (byte value in buffer.AsSpan(0, count))
                {
                    if (value is not (0 or 0xFF) && value > 4) other++;
                }
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return total == 0 ? null : other * 1000 < total;
    }
}
