using VoiceGlm.Tools.Pictures;

namespace GlmApiEmulator;

/// <summary>The units of an H.264 stream whose macroblocks are samples as they are (I_PCM): no transform, no prediction.</summary>
/// <remarks>ITU-T H.264, 7.3.2.1, 7.3.2.2, 7.3.3 and 7.3.5; constrained baseline profile, level 1.1, every frame an IDR picture.</remarks>
internal static class H264Picture
{
    private const byte SequenceUnit = 0x67;
    private const byte PictureUnit = 0x68;
    private const byte IdrUnit = 0x65;
    private const int PcmMacroblock = 25;
    private const int IntraSlice = 7;

    /// <summary>The unit that tells size and profile.</summary>
    public static byte[] SequenceParameters(int width, int height)
    {
        var bits = new BitWriter();
        bits.Write(66, 8);         // baseline
        bits.Write(0b1100_0000, 8); // that also constrained decoders read
        bits.Write(11, 8);
        bits.WriteUnsigned(0);     // id
        bits.WriteUnsigned(0);     // frame numbers of 4 bits
        bits.WriteUnsigned(2);     // output order is decoding order
        bits.WriteUnsigned(0);     // no reference frames
        bits.Write(0, 1);
        bits.WriteUnsigned((width / 16) - 1);
        bits.WriteUnsigned((height / 16) - 1);
        bits.Write(1, 1);          // frames, not fields
        bits.Write(0, 1);
        bits.Write(0, 1);          // no cropping
        bits.Write(0, 1);          // nothing on how to show it
        return Unit(SequenceUnit, bits.Finish());
    }

    /// <summary>The unit that tells how pictures are coded.</summary>
    public static byte[] PictureParameters()
    {
        var bits = new BitWriter();
        bits.WriteUnsigned(0);
        bits.WriteUnsigned(0);
        bits.Write(0, 1);          // variable-length codes
        bits.Write(0, 1);
        bits.WriteUnsigned(0);
        bits.WriteUnsigned(0);
        bits.WriteUnsigned(0);
        bits.Write(0, 3);
        bits.WriteUnsigned(0);     // quantizers, signed zeros
        bits.WriteUnsigned(0);
        bits.WriteUnsigned(0);
        bits.Write(1, 1);          // the slice tells about its deblocking
        bits.Write(0, 2);
        return Unit(PictureUnit, bits.Finish());
    }

    /// <summary>A picture.</summary>
    /// <param name="picture">It, its sides multiples of 16.</param>
    /// <param name="frame">Its number.</param>
    public static byte[] Slice(PixelCanvas picture, int frame)
    {
        var bits = new BitWriter();
        bits.WriteUnsigned(0);     // first macroblock
        bits.WriteUnsigned(IntraSlice);
        bits.WriteUnsigned(0);     // picture parameters
        bits.Write(0, 4);          // frame number: 0 for IDR
        bits.WriteUnsigned(frame % 2); // two IDR pictures in a row differ
        bits.Write(0, 2);          // no long-term reference
        bits.WriteUnsigned(0);     // quantizer, a signed zero
        bits.WriteUnsigned(1);     // no deblocking
        for (int top = 0; top < picture.Height; top += 16)
        {
            for (int left = 0; left < picture.Width; left += 16)
            {
                bits.WriteUnsigned(PcmMacroblock);
                bits.Align();
                Write(bits, picture, left, top, 1, static (red, green, blue) => 16 + ((66 * red) + (129 * green) + (25 * blue)) / 256);
                Write(bits, picture, left, top, 2, static (red, green, blue) => 128 + ((-38 * red) - (74 * green) + (112 * blue)) / 256);
                Write(bits, picture, left, top, 2, static (red, green, blue) => 128 + ((112 * red) - (94 * green) - (18 * blue)) / 256);
            }
        }

        return Unit(IdrUnit, bits.Finish());
    }

    // One of the three parts of a macroblock's colours (ITU-R BT.601); those of colour have every second column and row.
    private static void Write(BitWriter bits, PixelCanvas picture, int left, int top, int step, Func<int, int, int, int> part)
    {
        for (int y = top; y < top + 16; y += step)
        {
            for (int x = left; x < left + 16; x += step)
            {
                int color = picture.ColorAt(x, y);
                bits.Write(part(color >> 16, color >> 8 & 0xFF, color & 0xFF), 8);
            }
        }
    }

    // Two zeros and a byte below 4 would look like the beginning of a unit: a 3 goes between (7.4.1).
    private static byte[] Unit(byte kind, List<byte> payload)
    {
        List<byte> unit = [kind];
        int zeros = 0;
        foreach (byte value in payload)
        {
            if (zeros == 2 && value <= 3)
            {
                unit.Add(3);
                zeros = 0;
            }

            unit.Add(value);
            zeros = value == 0 ? zeros + 1 : 0;
        }

        return [.. unit];
    }

    private sealed class BitWriter
    {
        private readonly List<byte> _bytes = [];
        private int _used = 8;

        public void Write(int value, int count)
        {
            for (int bit = count - 1; bit >= 0; bit--)
            {
                if (_used == 8)
                {
                    _bytes.Add(0);
                    _used = 0;
                }

                _bytes[^1] |= (byte)((value >> bit & 1) << (7 - _used++));
            }
        }

        // Exponential Golomb: as many zeros as the number plus one has bits after its first.
        public void WriteUnsigned(int value)
        {
            int bits = System.Numerics.BitOperations.Log2((uint)value + 1) + 1;
            Write(0, bits - 1);
            Write(value + 1, bits);
        }

        public void Align() => _used = 8;

        public List<byte> Finish()
        {
            Write(1, 1);
            return _bytes;
        }
    }
}
