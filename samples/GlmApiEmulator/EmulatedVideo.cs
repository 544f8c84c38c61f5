using System.Buffers.Binary;
using System.Text;
using VoiceGlm.Tools.Pictures;

namespace GlmApiEmulator;

/// <summary>A film that is made up: two seconds of a square that crosses a field, in H.264 whose blocks are not compressed, in an MP4 file.</summary>
/// <remarks>ITU-T H.264 (constrained baseline, I_PCM macroblocks); ISO/IEC 14496-12 and -15 for the file.</remarks>
internal static class EmulatedVideo
{
    /// <summary>Pixels in a row.</summary>
    public const int Width = 160;

    /// <summary>Rows.</summary>
    public const int Height = 96;

    private const int FramesPerSecond = 8;
    private const int Frames = 16;

    private static readonly Lazy<byte[]> s_film = new(Make);

    /// <summary>The film.</summary>
    public static byte[] Film() => s_film.Value;

    private static byte[] Make()
    {
        byte[][] samples = [.. Enumerable.Range(0, Frames).Select(static frame => Sample(H264Picture.Slice(Draw(frame), frame)))];
        byte[] type = Box("ftyp", [.. "isom"u8, 0, 0, 2, 0, .. "isomavc1"u8]);
        // The place of the first frame depends on how long what lies before it is, which does not depend on the place.
        int first = type.Length + Movie(samples, 0).Length + 8;
        return [.. type, .. Movie(samples, first), .. Box("mdat", [.. samples.SelectMany(static sample => sample)])];
    }

    private static PixelCanvas Draw(int frame)
    {
        var canvas = new PixelCanvas(Width, Height);
        canvas.Fill(0, 11, Width, Height, 0x7DA65A);
        canvas.Write("EMULATED", 2, 2, 1, 0xFFFFFF);
        canvas.Fill(frame * (Width - 24) / (Frames - 1), 48, 24, 24, 0xC8402F);
        return canvas;
    }

    private static byte[] Sample(byte[] unit) => [.. Number(unit.Length), .. unit];

    private static byte[] Movie(byte[][] samples, int first)
    {
        byte[] header = Full("mvhd", 0, [.. new byte[8], .. Number(FramesPerSecond), .. Number(Frames), .. Number(0x10000), 1, 0, .. new byte[10], .. Matrix(), .. new byte[24], .. Number(2)]);
        byte[] track = Full("tkhd", 7, [.. new byte[8], .. Number(1), .. new byte[4], .. Number(Frames), .. new byte[16], .. Matrix(), .. Number(Width << 16), .. Number(Height << 16)]);
        byte[] mediaHeader = Full("mdhd", 0, [.. new byte[8], .. Number(FramesPerSecond), .. Number(Frames), 0x55, 0xC4, 0, 0]);
        byte[] handler = Full("hdlr", 0, [.. new byte[4], .. "vide"u8, .. new byte[12], .. "emulated"u8, 0]);
        byte[] data = Box("dinf", Full("dref", 0, [.. Number(1), .. Full("url ", 1, [])]));
        byte[] table = Box("stbl", [
            .. Full("stsd", 0, [.. Number(1), .. Description()]),
            .. Full("stts", 0, [.. Number(1), .. Number(samples.Length), .. Number(1)]),
            .. Full("stsc", 0, [.. Number(1), .. Number(1), .. Number(samples.Length), .. Number(1)]),
            .. Full("stsz", 0, [.. Number(0), .. Number(samples.Length), .. samples.SelectMany(static sample => Number(sample.Length))]),
            .. Full("stco", 0, [.. Number(1), .. Number(first)])]);
        byte[] media = Box("mdia", [.. mediaHeader, .. handler, .. Box("minf", [.. Full("vmhd", 1, new byte[8]), .. data, .. table])]);
        return Box("moov", [.. header, .. Box("trak", [.. track, .. media])]);
    }

    private static byte[] Description()
    {
        byte[] sequence = H264Picture.SequenceParameters(Width, Height);
        byte[] picture = H264Picture.PictureParameters();
        byte[] configuration = Box("avcC", [1, sequence[1], sequence[2], sequence[3], 0xFF, 0xE1, .. Short(sequence.Length), .. sequence, 1, .. Short(picture.Length), .. picture]);
        return Box("avc1", [
            .. new byte[6], 0, 1, .. new byte[16], .. Short(Width), .. Short(Height), .. Number(0x480000), .. Number(0x480000), .. new byte[4], 0, 1, .. new byte[32], 0, 24, 0xFF, 0xFF, .. configuration]);
    }

    private static byte[] Matrix() => [.. Number(0x10000), .. new byte[12], .. Number(0x10000), .. new byte[12], .. Number(0x40000000)];

    private static byte[] Full(string kind, byte flags, byte[] content) => Box(kind, [0, 0, 0, flags, .. content]);

    private static byte[] Box(string kind, byte[] content) => [.. Number(8 + content.Length), .. Encoding.ASCII.GetBytes(kind), .. content];

    private static byte[] Number(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];
}
