using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VoiceGlm.Audio;

public sealed partial class WaveFile
{
    private const int HeaderBytes = 44;
    private const int PieceSamples = 8192;

    /// <summary>Writes a mono file of 16-bit integers.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="samples">Samples in [-1, 1]; louder ones are clipped.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WritePcm16(string path, ReadOnlySpan<float> samples, SampleRate sampleRate)
    {
        using FileStream stream = File.Create(path);
        WritePcm16(stream, samples, sampleRate);
    }

    /// <summary>Writes a mono file of 16-bit integers to a stream.</summary>
    /// <remarks>As libsndfile with clipping on: the sample as the nearest 32-bit integer, of which the upper half is kept.</remarks>
    public static void WritePcm16(Stream stream, ReadOnlySpan<float> samples, SampleRate sampleRate)
    {
        WriteHeader(stream, samples.Length, sampleRate, sizeof(short), codec: 1);
        short[] piece = ArrayPool<short>.Shared.Rent(PieceSamples);
        while (samples.Length > 0)
        {
            Span<short> integers = piece.AsSpan(0, Math.Min(PieceSamples, samples.Length));
            for (int i = 0; i < integers.Length; i++)
            {
                integers[i] = (short)((int)MathF.Round(samples[i] * 2147483648f) >> 16);
            }

            stream.Write(MemoryMarshal.AsBytes(integers));
            samples = samples[integers.Length..];
        }

        ArrayPool<short>.Shared.Return(piece);
    }

    /// <summary>Writes a mono file of 32-bit floats.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="samples">The samples, written as they are.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteFloat32(string path, ReadOnlySpan<float> samples, SampleRate sampleRate)
    {
        using FileStream stream = File.Create(path);
        WriteFloat32(stream, samples, sampleRate);
    }

    /// <summary>Writes a mono file of 32-bit floats to a stream.</summary>
    public static void WriteFloat32(Stream stream, ReadOnlySpan<float> samples, SampleRate sampleRate)
    {
        WriteHeader(stream, samples.Length, sampleRate, sizeof(float), codec: 3);
        stream.Write(MemoryMarshal.AsBytes(samples));
    }

    private static void WriteHeader(Stream stream, int sampleCount, SampleRate sampleRate, int sampleBytes, short codec)
    {
        uint dataBytes = checked((uint)((long)sampleCount * sampleBytes));
        Span<byte> header = stackalloc byte[HeaderBytes];
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], checked(dataBytes + HeaderBytes - ChunkHeaderBytes));
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(header[20..], codec);
        BinaryPrimitives.WriteInt16LittleEndian(header[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], sampleRate.Hertz);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], sampleRate.Hertz * sampleBytes);
        BinaryPrimitives.WriteInt16LittleEndian(header[32..], (short)sampleBytes);
        BinaryPrimitives.WriteInt16LittleEndian(header[34..], (short)(sampleBytes * 8));
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], dataBytes);
        stream.Write(header);
    }
}
