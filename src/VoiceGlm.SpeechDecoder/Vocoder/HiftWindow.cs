using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>A window of a spectrogram on its way through the generator, with its buffers. Not thread-safe; several may run at once.</summary>
internal sealed class HiftWindow : IDisposable
{
    private readonly VocoderManifest _vocoder;
    private readonly GraphCall _generator;
    private readonly TensorBuffer _mel = new();
    private readonly TensorBuffer _source = new();
    private readonly TensorBuffer _wave = new();
    private readonly Tensor _cuts;

    public HiftWindow(VocoderManifest vocoder, Graph generator)
    {
        _vocoder = vocoder;
        _generator = generator.CreateCall();
        _cuts = Tensor.Create<long>(vocoder.StageContexts.Count, 2);
        _generator.Input("cuts", _cuts);
    }

    /// <summary>The samples of the window's frames, after <see cref="Run"/>.</summary>
    public ReadOnlySpan<float> Wave => _wave.Current.AsSpan<float>();

    /// <summary>Takes the frames from <paramref name="first"/> to before <paramref name="last"/> of a spectrogram, with what they need around them.</summary>
    /// <param name="mel">Shape [mel bins, <paramref name="frames"/>].</param>
    /// <param name="frames">Frames of the spectrogram.</param>
    /// <param name="source">Shape [frames·hop].</param>
    /// <param name="first">The first frame to voice.</param>
    /// <param name="last">The frame after the last to voice.</param>
    public void Take(ReadOnlySpan<float> mel, int frames, ReadOnlySpan<float> source, int first, int last)
    {
        int hop = _vocoder.HopLength;
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

        Tensor windowSource = _source.Shaped(length * hop);
        source.Slice(start * hop, length * hop).CopyTo(windowSource.AsSpan<float>());
        _generator.Input("mel", windowMel).Input("source", windowSource).Output("wave", _wave.Shaped((last - first) * hop));
    }

    /// <summary>Voices the frames taken.</summary>
    public void Run(CancellationToken cancellationToken) => _generator.Run(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _generator.Dispose();
        _mel.Dispose();
        _source.Dispose();
        _wave.Dispose();
        _cuts.Dispose();
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
}
