using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VoiceGlm.Audio;

/// <summary>The sound of a WAV file. Immutable and thread-safe.</summary>
/// <remarks>
/// Microsoft's RIFF/WAVE: integer samples of 8, 16, 24 and 32 bit, floats of 32 and 64 bit, each also as WAVE_FORMAT_EXTENSIBLE,
/// any number of channels, any rate. Integers are scaled by a power of two, as torchaudio and libsndfile do: −2ⁿ⁻¹ is −1.
/// </remarks>
public sealed partial class WaveFile
{
    // What writers leave as the length of the data when they cannot seek back to fill it in: SoX 0x7FFFF000, ffmpeg 0xFFFFFFFF.
    private const uint FirstUnknownLength = 0x7FFF_F000;
    private const int ChunkHeaderBytes = 8;

    private readonly float[][] _channels;

    private WaveFile(float[][] channels, SampleRate sampleRate)
    {
        _channels = channels;
        SampleRate = sampleRate;
    }

    /// <summary>Samples per second of each channel.</summary>
    public SampleRate SampleRate { get; }

    /// <summary>Number of channels; at least 1.</summary>
    public int ChannelCount => _channels.Length;

    /// <summary>Samples of each channel; at least 1.</summary>
    public int SampleCount => _channels[0].Length;

    /// <summary>The samples of one channel.</summary>
    /// <param name="channel">Index in [0, <see cref="ChannelCount"/>).</param>
    /// <returns>Shape [<see cref="SampleCount"/>]; in [-1, 1] unless the file holds floats beyond.</returns>
    public ReadOnlyMemory<float> Channel(int channel) => _channels[channel];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The file is missing or not a WAV file, is cut, has no samples or a codec that is not supported. The message is a sentence.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WaveFile Read(string path) => File.Exists(path)
        ? Parse(File.ReadAllBytes(path), path)
        : throw new InvalidDataException($"{path}: expected a WAV file, found {(Directory.Exists(path) ? "a folder" : "no such file")}.");

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">A readable stream; it need not seek.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    public static WaveFile Read(Stream stream, string name)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), name);
    }

    private static WaveFile Parse(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < 12 || !file[..4].SequenceEqual("RIFF"u8) || !file[8..12].SequenceEqual("WAVE"u8))
        {
            throw new InvalidDataException($"{name}: expected a WAV file (RIFF … WAVE), found {Describe(file)}.");
        }

        long riffEnd = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + (long)ChunkHeaderBytes;
        WaveFormat? format = null;
        int position = 12;
        while (file.Length - position >= ChunkHeaderBytes)
        {
            ReadOnlySpan<byte> id = file.Slice(position, 4);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[(position + 4)..]);
            position += ChunkHeaderBytes;
            int available = file.Length - position;
            if (id.SequenceEqual("data"u8))
            {
                bool unknown = length >= FirstUnknownLength || (length == 0 && riffEnd <= position);
                if (length > available && !unknown)
                {
                    throw new InvalidDataException($"{name}: expected {length} bytes of samples, found {available}; the file is cut.");
                }

                return (format ?? throw new InvalidDataException($"{name}: expected a 'fmt ' chunk before the samples, found none."))
                    .Decode(file.Slice(position, unknown ? available : (int)length), name);
            }

            if (length > available) break;
            if (id.SequenceEqual("fmt "u8)) format = WaveFormat.Parse(file.Slice(position, (int)length), name);
            // A chunk of odd length is followed by a byte that fills it up.
            position += (int)Math.Min(length + (length & 1), available);
        }

        throw new InvalidDataException($"{name}: expected a 'data' chunk with samples, found the end of the file.");
    }

    private static string Describe(ReadOnlySpan<byte> file)
    {
        if (file.Length == 0) return "an empty file";
        string start = string.Concat(file[..Math.Min(file.Length, 12)].ToArray().Select(static value => value is >= 0x20 and < 0x7F ? (char)value : '.'));
        return $"{file.Length} bytes that begin '{start}'";
    }

    /// <summary>The header's facts about the samples.</summary>
    private sealed record WaveFormat(bool IsFloat, int ChannelCount, SampleRate SampleRate, int SampleBytes)
    {
        private const int Pcm = 1;
        private const int IeeeFloat = 3;
        private const int Extensible = 0xFFFE;

        public static WaveFormat Parse(ReadOnlySpan<byte> chunk, string name)
        {
            if (chunk.Length < 16) throw new InvalidDataException($"{name}: expected a 'fmt ' chunk of at least 16 bytes, found {chunk.Length}.");
            int codec = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
            int channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
            uint rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            int frameBytes = BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]);
            int bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
            // The extension holds 2 bytes of length, 2 of valid bits, 4 of speaker positions and a GUID that begins with the codec.
            if (codec == Extensible && chunk.Length >= 26) codec = BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]);
            if (channels == 0) throw new InvalidDataException($"{name}: expected at least one channel, found none.");
            if (rate is 0 or > int.MaxValue) throw new InvalidDataException($"{name}: expected a sample rate above 0 Hz, found {rate}.");
            int sampleBytes = (bits + 7) / 8;
            bool supported = codec switch
            {
                Pcm => sampleBytes is >= 1 and <= 4,
                IeeeFloat => bits is 32 or 64,
                _ => false,
            };
            if (!supported)
            {
                throw new InvalidDataException($"{name}: expected PCM of 8 to 32 bit or floats of 32 or 64 bit, found {CodecName(codec)} of {bits} bit.");
            }

            if (frameBytes != channels * sampleBytes)
            {
                throw new InvalidDataException(
                    $"{name}: expected {channels * sampleBytes} bytes for {channels} samples of {bits} bit, found {frameBytes} in the header.");
            }

            return new WaveFormat(codec == IeeeFloat, channels, new SampleRate((int)rate), sampleBytes);
        }

        public WaveFile Decode(ReadOnlySpan<byte> data, string name)
        {
            int count = data.Length / (ChannelCount * SampleBytes);
            if (count == 0) throw new InvalidDataException($"{name}: expected at least one sample, found none.");
            var channels = new float[ChannelCount][];
            for (int channel = 0; channel < channels.Length; channel++)
            {
                float[] samples = channels[channel] = new float[count];
                int offset = channel * SampleBytes;
                for (int i = 0; i < samples.Length; i++, offset += ChannelCount * SampleBytes)
                {
                    samples[i] = Sample(data.Slice(offset, SampleBytes));
                }
            }

            return new WaveFile(channels, SampleRate);
        }

        private float Sample(ReadOnlySpan<byte> bytes) => (SampleBytes, IsFloat) switch
        {
            (1, _) => (bytes[0] - 128) / 128f,
            (2, _) => BinaryPrimitives.ReadInt16LittleEndian(bytes) / 32768f,
            (3, _) => ((bytes[0] | (bytes[1] << 8) | (bytes[2] << 16)) << 8 >> 8) / 8388608f,
            (4, false) => BinaryPrimitives.ReadInt32LittleEndian(bytes) / 2147483648f,
            (4, true) => MemoryMarshal.Read<float>(bytes),
            _ => (float)MemoryMarshal.Read<double>(bytes),
        };

        private static string CodecName(int codec) => codec switch
        {
            Pcm => "PCM",
            IeeeFloat => "float",
            2 => "ADPCM (codec 2)",
            6 => "A-law (codec 6)",
            7 => "µ-law (codec 7)",
            0x55 => "MP3 (codec 85)",
            _ => $"codec {codec}",
        };
    }
}
