using System.Numerics.Tensors;
using VoiceGlm.Audio;
using VoiceGlm.Inference;

namespace VoiceGlm.SpeechTokenizer;

/// <summary>
/// The log-mel spectrogram of a segment while its samples arrive, kept without its floor: the floor follows from the loudest
/// bin of all, which may come last. Allocates nothing once made. Not thread-safe.
/// </summary>
internal sealed class SegmentSpectrogram
{
    private readonly LogMelSpectrogram _spectrogram;
    private readonly int _bins;
    private readonly int _hop;
    private readonly float[] _samples;
    private readonly float[] _rows;

    /// <summary>Makes an empty segment.</summary>
    /// <param name="numbers">The tokenizer's numbers.</param>
    /// <param name="filters">The mel filters.</param>
    public SegmentSpectrogram(SpeechTokenizerManifest numbers, MelFilterBank filters)
    {
        _spectrogram = new LogMelSpectrogram(filters, numbers.HopLength);
        _bins = numbers.MelBins;
        _hop = numbers.HopLength;
        _samples = new float[numbers.SegmentSamples];
        _rows = new float[numbers.TokensOf(numbers.SegmentSamples) * numbers.MelFramesPerToken() * _bins];
        Restart();
    }

    /// <summary>Samples heard.</summary>
    public int SampleCount { get; private set; }

    /// <summary>Samples that the segment can still take.</summary>
    public int Room => _samples.Length - SampleCount;

    /// <summary>Frames that later samples do not change.</summary>
    public int FrameCount { get; private set; }

    /// <summary>The loudest bin of those frames.</summary>
    public float Loudest { get; private set; }

    /// <summary>Takes samples as far as there is room, and computes the frames that they finish.</summary>
    /// <returns>The number of samples taken.</returns>
    public int Append(ReadOnlySpan<float> samples)
    {
        int taken = Math.Min(samples.Length, Room);
        samples[..taken].CopyTo(_samples.AsSpan(SampleCount));
        SampleCount += taken;
        int frames = Math.Min(_spectrogram.FinalFrames(SampleCount), _rows.Length / _bins);
        for (int frame = FrameCount; frame < frames; frame++)
        {
            Loudest = Math.Max(Loudest, Compute(_samples.AsSpan(0, SampleCount), int.MaxValue, frame));
        }

        FrameCount = frames;
        return taken;
    }

    /// <summary>Computes the frames that are left as if the segment ended after some more samples, without ending it.</summary>
    /// <param name="rest">The last samples; they have room.</param>
    /// <param name="length">Samples of the segment with the silence that fills it up.</param>
    /// <param name="frames">Frames to have.</param>
    /// <returns>The loudest bin of the segment.</returns>
    public float End(ReadOnlySpan<float> rest, int length, int frames)
    {
        rest.CopyTo(_samples.AsSpan(SampleCount));
        ReadOnlySpan<float> samples = _samples.AsSpan(0, SampleCount + rest.Length);
        float loudest = Loudest;
        for (int frame = FrameCount; frame < frames; frame++) loudest = Math.Max(loudest, Compute(samples, length, frame));
        return loudest;
    }

    /// <summary>The quietest bin of a range of frames, as far as they exist.</summary>
    public float Quietest(int first, int end) => TensorPrimitives.Min<float>(Rows(first, end));

    /// <summary>Writes a range of frames as the encoder takes them; those before the segment or past <paramref name="frames"/> are zeros.</summary>
    /// <param name="first">First frame; may be negative.</param>
    /// <param name="frames">Frames of the segment.</param>
    /// <param name="floor">What bins are raised to.</param>
    /// <param name="destination">Shape [frame count, mel bins].</param>
    public void Normalize(int first, int frames, float floor, Span<float> destination)
    {
        int end = Math.Min(first + (destination.Length / _bins), frames);
        ReadOnlySpan<float> rows = Rows(first, end);
        int offset = Math.Max(0, -first) * _bins;
        destination.Clear();
        LogMelSpectrogram.Normalize(rows, floor, destination.Slice(offset, rows.Length));
    }

    /// <summary>Forgets the segment and begins another.</summary>
    public void Restart()
    {
        SampleCount = 0;
        FrameCount = 0;
        Loudest = LogMelSpectrogram.Lowest;
    }

    private ReadOnlySpan<float> Rows(int first, int end) => _rows.AsSpan((Math.Max(0, first) * _bins)..(end * _bins));

    private float Compute(ReadOnlySpan<float> samples, int length, int frame)
    {
        Span<float> row = _rows.AsSpan(frame * _bins, _bins);
        _spectrogram.Compute(samples, length, frame, row);
        return TensorPrimitives.Max<float>(row);
    }
}
