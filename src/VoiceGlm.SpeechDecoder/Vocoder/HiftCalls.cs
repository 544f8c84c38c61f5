using System.Runtime.ExceptionServices;
using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>One caller's calls of the vocoder's graphs, with their buffers, which grow to what was asked for. Not thread-safe.</summary>
internal sealed class HiftCalls : IDisposable
{
    // Spectrograms are voiced in windows, one on each core at a time: no core waits for another between two operators, and the
    // layers of a window stay in the cache. Shorter ones would mostly compute context.
    private const int LargestWindowFrames = 96;
    private const int SmallestWindowFrames = 16;

    private readonly VocoderManifest _vocoder;
    private readonly GraphCall _source;
    private readonly PitchWindow[] _pitch;
    private readonly HiftWindow[] _windows;
    private readonly TensorBuffer _sines = new();
    private readonly TensorBuffer _excitation = new();
    private float[] _hertz = [];

    /// <summary>Prepares the calls.</summary>
    /// <param name="vocoder">The vocoder's numbers.</param>
    /// <param name="pitch">Mel to fundamental.</param>
    /// <param name="source">Sines to source.</param>
    /// <param name="generator">Mel and source to waveform.</param>
    /// <param name="threads">Windows that are voiced at once.</param>
    public HiftCalls(VocoderManifest vocoder, Graph pitch, Graph source, Graph generator, int threads)
    {
        _vocoder = vocoder;
        _source = source.CreateCall();
        _pitch = [.. Enumerable.Range(0, threads).Select(_ => new PitchWindow(vocoder, pitch))];
        _windows = [.. Enumerable.Range(0, threads).Select(_ => new HiftWindow(vocoder, generator))];
    }

    /// <summary>Estimates the fundamental frequency of each frame.</summary>
    /// <param name="mel">Shape [mel bins, frames].</param>
    /// <param name="cancellationToken">Ends the run between two operators.</param>
    /// <returns>Shape [frames], in hertz; valid until the next call.</returns>
    public ReadOnlySpan<float> Pitch(ReadOnlySpan<float> mel, CancellationToken cancellationToken)
    {
        int frames = FramesOf(mel);
        if (_hertz.Length < frames) _hertz = new float[frames];
        int atOnce = Math.Clamp(frames / SmallestWindowFrames, 1, _pitch.Length);
        int FrameAt(int window) => (int)((long)frames * window / atOnce);
        for (int i = 0; i < atOnce; i++) _pitch[i].Take(mel, frames, FrameAt(i), FrameAt(i + 1));
        Run(atOnce, i => _pitch[i].Run(cancellationToken));
        for (int i = 0; i < atOnce; i++) _pitch[i].Hertz.CopyTo(_hertz.AsSpan(FrameAt(i)));
        return _hertz.AsSpan(0, frames);
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

        int voiced = wave.Length / _vocoder.HopLength;
        int atOnce = Math.Clamp(voiced / SmallestWindowFrames, 1, _windows.Length);
        int rounds = (voiced + (atOnce * LargestWindowFrames) - 1) / (atOnce * LargestWindowFrames);
        int FrameAt(int window) => (int)((long)voiced * window / (atOnce * rounds));
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < atOnce; i++)
            {
                int window = (round * atOnce) + i;
                _windows[i].Take(mel, frames, source, firstFrame + FrameAt(window), firstFrame + FrameAt(window + 1));
            }

            Run(atOnce, i => _windows[i].Run(cancellationToken));
            for (int i = 0; i < atOnce; i++) _windows[i].Wave.CopyTo(wave[(FrameAt((round * atOnce) + i) * _vocoder.HopLength)..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        foreach (PitchWindow window in _pitch) window.Dispose();
        foreach (HiftWindow window in _windows) window.Dispose();
        _sines.Dispose();
        _excitation.Dispose();
    }

    private static void Run(int windows, Action<int> run)
    {
        if (windows == 1)
        {
            run(0);
            return;
        }

        try
        {
            Parallel.For(0, windows, run);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    private int FramesOf(ReadOnlySpan<float> mel) => mel.Length % _vocoder.MelBins == 0
        ? mel.Length / _vocoder.MelBins
        : throw new ArgumentException($"{mel.Length} values are no spectrogram of {_vocoder.MelBins} bins.", nameof(mel));
}
