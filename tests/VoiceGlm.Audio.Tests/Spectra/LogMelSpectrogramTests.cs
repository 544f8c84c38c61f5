using VoiceGlm.Testing;

namespace VoiceGlm.Audio.Tests.Spectra;

public sealed class LogMelSpectrogramTests
{
    private const int Hop = 160;
    private const int TokenSamples = 1_280;
    private const int SegmentSamples = 480_000;

    private static readonly MelFilterBank s_filters = new(SampleRate.Wideband, fftLength: 400, melBins: 128, highestHertz: 8_000);

    public static TheoryData<string> Recordings =>
        [.. Directory.GetFiles(Repository.Fixture("audio"), "*.wav").Select(static path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Spectrogram_equals_the_reference(string name)
    {
        Npy<float> expected = Npy.Read<float>("mel", "features", name + ".npy");
        int segments = expected.Shape[0];
        float[] samples = Samples(name);
        // The recording of two segments keeps every eighth frame of both, each padded to the longer.
        int stride = segments == 1 ? 1 : 8;
        int length = segments == 1 ? (samples.Length + TokenSamples - 1) / TokenSamples * TokenSamples : SegmentSamples;
        var actual = new List<float>();
        for (int segment = 0; segment < segments; segment++)
        {
            float[] part = samples[(segment * SegmentSamples)..Math.Min(samples.Length, (segment + 1) * SegmentSamples)];
            actual.AddRange(Normalized(part, length, stride));
        }

        Close.Equal(expected.Values, actual.ToArray(), 2e-4);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(200, 0)]
    [InlineData(201, 1)]
    [InlineData(359, 1)]
    [InlineData(360, 2)]
    [InlineData(20_000, 124)]
    public void Frames_are_final_once_their_window_of_samples_is_there(int count, int finalFrames)
    {
        float[] samples = Samples("noise");
        var spectrogram = new LogMelSpectrogram(s_filters, Hop);
        var early = new float[128];
        var late = new float[128];
        Assert.Equal(finalFrames, spectrogram.FinalFrames(count));
        for (int frame = 0; frame < finalFrames; frame++)
        {
            spectrogram.Compute(samples.AsSpan(0, count), int.MaxValue, frame, early);
            spectrogram.Compute(samples, samples.Length, frame, late);
            Assert.Equal(late, early);
        }
    }

    [Fact]
    public void Filters_equal_the_reference()
    {
        // Shape [spectrum bin, mel bin].
        double[] expected = Npy.Read<double>("mel", "mel_filters_201x128_float64.npy").Values;
        var power = new float[s_filters.SpectrumBins];
        var mel = new float[s_filters.MelBins];
        for (int bin = 0; bin < power.Length; bin++)
        {
            Array.Clear(power);
            power[bin] = 1;
            s_filters.Apply(power, mel);
            Close.Equal([.. expected.AsSpan(bin * mel.Length, mel.Length).ToArray().Select(static value => (float)value)], mel, 1e-9);
        }
    }

    [Fact]
    public void Compute_allocates_nothing()
    {
        float[] samples = Samples("speech_en");
        var spectrogram = new LogMelSpectrogram(s_filters, Hop);
        var mel = new float[128];
        spectrogram.Compute(samples, samples.Length, 0, mel);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int frame = 0; frame < 300; frame++) spectrogram.Compute(samples, samples.Length, frame, mel);
        }));
    }

    private static float[] Normalized(float[] samples, int length, int stride)
    {
        var spectrogram = new LogMelSpectrogram(s_filters, Hop);
        int frames = length / Hop;
        var rows = new float[frames * 128];
        for (int frame = 0; frame < frames; frame++) spectrogram.Compute(samples, length, frame, rows.AsSpan(frame * 128, 128));
        LogMelSpectrogram.Normalize(rows, LogMelSpectrogram.Floor(rows.Max()), rows);
        // The reference keeps bins in rows.
        var columns = new float[128 * (frames / stride)];
        for (int i = 0; i < columns.Length; i++) columns[i] = rows[(i % (frames / stride) * stride * 128) + (i / (frames / stride))];
        return columns;
    }

    private static float[] Samples(string name)
    {
        WaveFile wave = WaveFile.Read(Repository.Fixture("audio", name + ".wav"));
        if (wave.SampleRate == SampleRate.Wideband) return wave.Channel(0).ToArray();
        var resampler = new Resampler(wave.SampleRate, SampleRate.Wideband);
        var output = new float[resampler.OutputCapacity(wave.SampleCount)];
        int written = resampler.Process(wave.Channel(0).Span, output);
        resampler.Tail(output.AsSpan(written));
        return output;
    }
}
