using System.Runtime.InteropServices;

namespace VoiceGlm.Checkpoints;

/// <summary>The checksum of zip files (CRC-32 of ISO 3309), eight bytes a step.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;

    private static readonly uint[] s_table = MakeTable();

    /// <summary>The checksum of bytes that follow those of <paramref name="crc"/>; start with 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint[] table = s_table;
        crc = ~crc;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            ulong mixed = word ^ crc;
            crc = table[0x700 | (byte)mixed] ^ table[0x600 | (byte)(mixed >> 8)]
                ^ table[0x500 | (byte)(mixed >> 16)] ^ table[0x400 | (byte)(mixed >> 24)]
                ^ table[0x300 | (byte)(mixed >> 32)] ^ table[0x200 | (byte)(mixed >> 40)]
                ^ table[0x100 | (byte)(mixed >> 48)] ^ table[(byte)(mixed >> 56)];
        }

        foreach (byte value in bytes[(words.Length * sizeof(ulong))..]) crc = table[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[Slices * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Polynomial;
            table[i] = crc;
        }

        for (int i = 256; i < table.Length; i++) table[i] = table[(byte)table[i - 256]] ^ (table[i - 256] >> 8);
        return table;
    }
}
