using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>One run of the graph that estimates the fundamental: frames of a spectrogram with what they need around them. Not thread-safe.</summary>
internal sealed class PitchWindow(VocoderManifest vocoder, Graph pitch) : IDisposable
{
    private readonly GraphCall _pitch = pitch.CreateCall();
    private readonly TensorBuffer _mel = new();
    private readonly TensorBuffer _hertz = new();
    private int _before;
    private int _count;

    /// <summary>The fundamental of the window's frames, after <see cref="Run"/>.</summary>
    public ReadOnlySpan<float> Hertz => _hertz.Current.AsSpan<float>().Slice(_before, _count);

    /// <summary>Takes the frames from <paramref name="first"/> to before <paramref name="last"/> of a spectrogram.</summary>
    /// <param name="mel">Shape [mel bins, <paramref name="frames"/>].</param>
    /// <param name="frames">Frames of the spectrogram.</param>
    /// <param name="first">The first frame to estimate.</param>
    /// <param name="last">The frame after the last to estimate.</param>
    public void Take(ReadOnlySpan<float> mel, int frames, int first, int last)
    {
        _before = Math.Min(first, vocoder.PitchContextFrames);
        _count = last - first;
        int start = first - _before;
        int length = Math.Min(last + vocoder.PitchContextFrames, frames) - start;
        Tensor window = _mel.Shaped(vocoder.MelBins, length);
        for (int bin = 0; bin < vocoder.MelBins; bin++)
        {
            mel.Slice((bin * frames) + start, length).CopyTo(window.AsSpan<float>()[(bin * length)..]);
        }

        _pitch.Input("mel", window).Output("hertz", _hertz.Shaped(length));
    }

    /// <summary>Estimates the frames taken.</summary>
    public void Run(CancellationToken cancellationToken) => _pitch.Run(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _pitch.Dispose();
        _mel.Dispose();
        _hertz.Dispose();
    }
}
