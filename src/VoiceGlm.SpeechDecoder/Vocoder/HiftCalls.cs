using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>One caller's calls of the vocoder's graphs, with their buffers, which grow to what was asked for. Not thread-safe.</summary>
internal sealed class HiftCalls : IDisposable
{
    // Longer spectrograms are voiced in windows: their layers stay in the processor's cache.
    private const int LargestWindowFrames = 96;

    private readonly VocoderManifest _vocoder;
    private readonly GraphCall _pitch;
    private readonly GraphCall _source;
    private readonly GraphCall _generator;
    private readonly TensorBuffer _mel = new();
    private readonly TensorBuffer _hertz = new();
    private readonly TensorBuffer _sines = new();
    private readonly TensorBuffer _excitation = new();
    private readonly TensorBuffer _wave = new();
    private readonly Tensor _cuts;

    public HiftCalls(VocoderManifest vocoder, Graph pitch, Graph source, Graph generator)
    {
        _vocoder = vocoder;
        _pitch = pitch.CreateCall();
        _source = source.CreateCall();
        _generator = generator.CreateCall();
        _cuts = Tensor.Create<long>(vocoder.StageContexts.Count, 2);
        _generator.Input("cuts", _cuts);
    }

    /// <summary>Estimates the fundamental frequency of each frame.</summary>
    /// <param name="mel">Shape [mel bins, frames].</param>
    /// <param name="cancellationToken">Ends the run between two operators.</param>
    /// <returns>Shape [frames], in hertz; valid until the next call.</returns>
    public ReadOnlySpan<float> Pitch(ReadOnlySpan<float> mel, CancellationToken cancellationToken)
    {
        int frames = FramesOf(mel);
        Tensor input = _mel.Shaped(_vocoder.MelBins, frames);
        Tensor hertz = _hertz.Shaped(frames);
        mel.CopyTo(input.AsSpan<float>());
        _pitch.Input("mel", input).Output("hertz", hertz).Run(cancellationToken);
        return hertz.AsSpan<float>();
    }

    /// <summary>The buffer for the sines that <see cref="Source"/> takes: [sines, samples].</summary>
    public Span<float> Sines(int sampleCount) => _sines.Shaped(_vocoder.Harmonics + 1, sampleCount).AsSpan<float>();

    /// <summary>Merges the sines into the source.</summary>
    /// <returns>Shape [samples]; valid until the next call.</returns>
    public ReadOnlySpan<float> Source(CancellationToken cancellationToken)
    {
        Tensor sines = _sines.Current;
        Tensor source = _excitation.Shaped(sines.Shape[1]);
        _source.Input("sines", sines).Output("source", source).Run(cancellationToken);
        return source.AsSpan<float>();
    }

    /// <summary>Voices frames of a spectrogram; those before and after them serve as context.</summary>
    /// <param name="mel">Shape [mel bins, frames].</param>
    /// <param name="source">Shape [frames·hop].</param>
    /// <param name="firstFrame">The first frame to voice.</param>
    /// <param name="wave">Receives the samples of as many frames as fit.</param>
    /// <param name="cancellationToken">Ends the run between two operators.</param>
    public void Generate(ReadOnlySpan<float> mel, ReadOnlySpan<float> source, int firstFrame, Span<float> wave, CancellationToken cancellationToken)
    {
        int frames = FramesOf(mel);
        if (source.Length != frames * _vocoder.HopLength)
        {
            throw new ArgumentException($"{frames} mel frames need a source of {frames * _vocoder.HopLength} samples, not {source.Length}.", nameof(source));
        }

        int lastFrame = firstFrame + (wave.Length / _vocoder.HopLength);
        int windows = (lastFrame - firstFrame + LargestWindowFrames - 1) / LargestWindowFrames;
        for (int i = 0; i < windows; i++)
        {
            int first = firstFrame + ((lastFrame - firstFrame) * i / windows);
            int last = firstFrame + ((lastFrame - firstFrame) * (i + 1) / windows);
            Span<float> target = wave.Slice((first - firstFrame) * _vocoder.HopLength, (last - first) * _vocoder.HopLength);
            GenerateWindow(mel, source, frames, first, last, target, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pitch.Dispose();
        _source.Dispose();
        _generator.Dispose();
        _mel.Dispose();
        _hertz.Dispose();
        _sines.Dispose();
        _excitation.Dispose();
        _wave.Dispose();
        _cuts.Dispose();
    }

    private void GenerateWindow(
        ReadOnlySpan<float> mel, ReadOnlySpan<float> source, int frames, int first, int last, Span<float> wave, CancellationToken cancellationToken)
    {
        int before = Math.Min(first, _vocoder.StageContexts[0].Before);
        int after = Math.Min(frames - last, _vocoder.StageContexts[0].After);
        int start = first - before;
        int length = last + after - start;
        SetCuts(before, after);
        Tensor windowMel = _mel.Shaped(_vocoder.MelBins, length);
        for (int bin = 0; bin < _vocoder.MelBins; bin++)
        {
            mel.Slice((bin * frames) + start, length).CopyTo(windowMel.AsSpan<float>()[(bin * length)..]);
        }

        Tensor windowSource = _excitation.Shaped(length * _vocoder.HopLength);
        source.Slice(start * _vocoder.HopLength, length * _vocoder.HopLength).CopyTo(windowSource.AsSpan<float>());
        Tensor windowWave = _wave.Shaped(wave.Length);
        _generator.Input("mel", windowMel).Input("source", windowSource).Output("wave", windowWave).Run(cancellationToken);
        windowWave.AsSpan<float>().CopyTo(wave);
    }

    // After each stage, what only the stages before it needed is dropped; after the last, all context is.
    private void SetCuts(int before, int after)
    {
        Span<long> cuts = _cuts.AsSpan<long>();
        for (int stage = 0; stage < _vocoder.StageContexts.Count; stage++)
        {
            FrameContext next = stage + 1 < _vocoder.StageContexts.Count ? _vocoder.StageContexts[stage + 1] : default;
            int keptBefore = Math.Min(before, next.Before);
            int keptAfter = Math.Min(after, next.After);
            cuts[2 * stage] = before - keptBefore;
            cuts[(2 * stage) + 1] = after - keptAfter;
            (before, after) = (keptBefore, keptAfter);
        }
    }

    private int FramesOf(ReadOnlySpan<float> mel) => mel.Length % _vocoder.MelBins == 0
        ? mel.Length / _vocoder.MelBins
        : throw new ArgumentException($"{mel.Length} values are no spectrogram of {_vocoder.MelBins} bins.", nameof(mel));
}
