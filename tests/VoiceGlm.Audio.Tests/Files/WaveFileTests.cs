using System.Buffers.Binary;
using System.Text;
using VoiceGlm.Testing;

namespace VoiceGlm.Audio.Tests;

public sealed class WaveFileTests
{
    private static readonly float[] s_ramp = [0f, 0.5f, -0.5f, 0.25f, -1f, 0.75f];

    [Fact]
    public void WritePcm16_equals_the_reference_byte_for_byte()
    {
        using var stream = new MemoryStream();
        WaveFile.WritePcm16(stream, Npy.Read<float>("audio_post", "pcm16", "in.npy").Values, SampleRate.Vocoder);
        Assert.Equal(File.ReadAllBytes(Repository.Fixture("audio_post", "pcm16", "out.wav")), stream.ToArray());
    }

    [Fact]
    public void WriteFloat32_is_read_back_unchanged()
    {
        using var folder = new TemporaryFolder();
        float[] samples = [0.1f, -3.5f, float.Epsilon, 1f];
        WaveFile.WriteFloat32(folder["sound.wav"], samples, SampleRate.Narrowband);
        WaveFile wave = WaveFile.Read(folder["sound.wav"]);
        Assert.Equal(SampleRate.Narrowband, wave.SampleRate);
        Assert.Equal(samples, wave.Channel(0).ToArray());
    }

    [Theory]
    [InlineData(1, 8, false)]
    [InlineData(1, 16, false)]
    [InlineData(1, 24, false)]
    [InlineData(1, 32, false)]
    [InlineData(3, 32, false)]
    [InlineData(3, 64, false)]
    [InlineData(1, 24, true)]
    [InlineData(3, 32, true)]
    public void Read_decodes_every_channel_of_every_sample_format(int codec, int bits, bool extensible)
    {
        byte[] file = RiffFile(Format(codec, bits, channels: 2, rate: 44_100, extensible), Chunk("data", Encode(s_ramp, codec, bits)));
        WaveFile wave = Read(file);
        Assert.Equal(new SampleRate(44_100), wave.SampleRate);
        Assert.Equal(2, wave.ChannelCount);
        Assert.Equal([s_ramp[0], s_ramp[2], s_ramp[4]], wave.Channel(0).ToArray());
        Assert.Equal([s_ramp[1], s_ramp[3], s_ramp[5]], wave.Channel(1).ToArray());
    }

    [Fact]
    public void Read_skips_chunks_of_odd_length_and_their_padding()
    {
        byte[] file = RiffFile(Chunk("LIST", [1, 2, 3, 0]), Chunk("odd ", [7, 7, 7], pad: true), Format(1, 16, 1, 16_000), Chunk("data", Encode(s_ramp, 1, 16)), Chunk("tail", [1]));
        Assert.Equal(s_ramp, Read(file).Channel(0).ToArray());
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(0u, 36u)]
    [InlineData(0xFFFF_FFFFu, 0xFFFF_FFFFu)]
    [InlineData(0x7FFF_F000u, 0x7FFF_F024u)]
    public void Read_takes_the_rest_of_a_streamed_file_whose_length_was_not_known(uint dataLength, uint riffLength)
    {
        byte[] file = RiffFile(Format(1, 16, 1, 16_000), Chunk("data", Encode(s_ramp, 1, 16)));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4), riffLength);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(40), dataLength);
        Assert.Equal(s_ramp, Read(file).Channel(0).ToArray());
    }

    [Fact]
    public void Read_reads_every_recording_of_the_fixtures()
    {
        foreach (string path in Directory.GetFiles(Repository.Fixture("audio"), "*.wav"))
        {
            Assert.True(WaveFile.Read(path).SampleCount > 0, path);
        }
    }

    [Fact]
    public void Read_says_what_is_wrong_with_a_file_that_is_not_a_wave_file()
    {
        AssertRefused([], "x.wav: expected a WAV file (RIFF … WAVE), found an empty file.");
        AssertRefused("hello, this is text"u8.ToArray(), "x.wav: expected a WAV file (RIFF … WAVE), found 19 bytes that begin 'hello, this '.");
        AssertRefused(RiffFile(), "x.wav: expected a 'data' chunk with samples, found the end of the file.");
        AssertRefused(RiffFile(Format(1, 16, 1, 16_000)), "x.wav: expected a 'data' chunk with samples, found the end of the file.");
        AssertRefused(RiffFile(Chunk("data", [0, 0])), "x.wav: expected a 'fmt ' chunk before the samples, found none.");
        AssertRefused(RiffFile(Chunk("fmt ", [1, 0])), "x.wav: expected a 'fmt ' chunk of at least 16 bytes, found 2.");
    }

    [Fact]
    public void Read_says_what_is_wrong_with_a_wave_file_it_cannot_use()
    {
        byte[] samples = Encode(s_ramp, 1, 16);
        AssertRefused(RiffFile(Format(1, 16, 1, 16_000), Chunk("data", samples))[..^4], "x.wav: expected 12 bytes of samples, found 8; the file is cut.");
        AssertRefused(RiffFile(Format(1, 16, 1, 16_000), Chunk("data", []), Chunk("LIST", [0, 0])), "x.wav: expected at least one sample, found none.");
        AssertRefused(RiffFile(Format(7, 8, 1, 8_000), Chunk("data", samples)), "x.wav: expected PCM of 8 to 32 bit or floats of 32 or 64 bit, found µ-law (codec 7) of 8 bit.");
        AssertRefused(RiffFile(Format(3, 16, 1, 8_000), Chunk("data", samples)), "x.wav: expected PCM of 8 to 32 bit or floats of 32 or 64 bit, found float of 16 bit.");
        AssertRefused(RiffFile(Format(1, 16, 0, 8_000), Chunk("data", samples)), "x.wav: expected at least one channel, found none.");
        AssertRefused(RiffFile(Format(1, 16, 1, 0), Chunk("data", samples)), "x.wav: expected a sample rate above 0 Hz, found 0.");
    }

    private static void AssertRefused(byte[] file, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Read(file)).Message);

    private static WaveFile Read(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return WaveFile.Read(stream, "x.wav");
    }

    private static byte[] RiffFile(params byte[][] chunks)
    {
        byte[] body = [.. "WAVE"u8, .. chunks.SelectMany(static chunk => chunk)];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length), .. body];
    }

    private static byte[] Chunk(string id, byte[] content, bool pad = false) =>
        [.. Encoding.ASCII.GetBytes(id), .. BitConverter.GetBytes(content.Length), .. content, .. pad ? new byte[1] : []];

    private static byte[] Format(int codec, int bits, int channels, int rate, bool extensible = false)
    {
        byte[] plain =
        [
            .. BitConverter.GetBytes((ushort)(extensible ? 0xFFFE : codec)), .. BitConverter.GetBytes((ushort)channels), .. BitConverter.GetBytes(rate),
            .. BitConverter.GetBytes(rate * channels * bits / 8), .. BitConverter.GetBytes((ushort)(channels * bits / 8)), .. BitConverter.GetBytes((ushort)bits),
        ];
        byte[] guidTail = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];
        return Chunk("fmt ", extensible
            ? [.. plain, 22, 0, .. BitConverter.GetBytes((ushort)bits), 3, 0, 0, 0, .. BitConverter.GetBytes((ushort)codec), .. guidTail]
            : plain);
    }

    private static byte[] Encode(float[] samples, int codec, int bits) => [.. samples.SelectMany(sample => (codec, bits) switch
    {
        (1, 8) => [(byte)((sample * 128) + 128)],
        (1, 16) => BitConverter.GetBytes((short)(sample * 32768)),
        (1, 24) => BitConverter.GetBytes((int)(sample * 8388608))[..3],
        (1, 32) => BitConverter.GetBytes((int)(sample * 2147483648.0)),
        (3, 32) => BitConverter.GetBytes(sample),
        _ => BitConverter.GetBytes((double)sample),
    })];
}
