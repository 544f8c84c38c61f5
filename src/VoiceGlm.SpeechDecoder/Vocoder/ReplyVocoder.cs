using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// Voices one reply piece by piece, so that the pieces join without a seam: however the spectrogram is cut, with enough
/// look-ahead the waveform is the same. The last mel frames and their source are kept as context, the sines' phases run on,
/// and the noise at a place does not depend on where pieces end. Cost and memory do not grow with the reply. Not thread-safe;
/// after a call that was cancelled the reply is lost.
/// </summary>
internal sealed class ReplyVocoder : IDisposable
{
    private readonly HiftVocoder _hift;
    private readonly VocoderManifest _vocoder;
    private readonly HiftCalls _calls;
    private readonly TorchRandom _random;
    private readonly SineSource _sines;
    private readonly int _contextCapacity;
    private readonly float[] _contextMel;
    private readonly float[] _contextSource;
    private int _contextFrames;
    private float[] _noise = [];
    private int _noiseFrames;
    private float[] _mel = [];
    private float[] _source = [];

    internal ReplyVocoder(HiftVocoder hift, ulong seed)
    {
        _hift = hift;
        _vocoder = hift.Manifest;
        _calls = hift.CreateCalls();
        _random = new TorchRandom(seed);
        _sines = new SineSource(_vocoder, hift.SampleRate, _random);
        _contextCapacity = Math.Max(_vocoder.StageContexts[0].Before, _vocoder.PitchContextFrames);
        _contextMel = new float[_vocoder.MelBins * _contextCapacity];
        _contextSource = new float[_contextCapacity * _vocoder.HopLength];
    }

    /// <summary>Voices the next frames.</summary>
    /// <param name="mel">Shape [mel bins, frames to voice + look-ahead]: the look-ahead shows what is likely to follow, and is given again, as it then is, to be voiced.</param>
    /// <param name="frameCount">Frames to voice.</param>
    /// <param name="wave">Receives the speech, frames·hop samples.</param>
    /// <param name="cancellationToken">Ends the call between two operators; the reply cannot be continued then.</param>
    /// <exception cref="ArgumentException">The lengths do not fit one another.</exception>
    public void Append(ReadOnlySpan<float> mel, int frameCount, Span<float> wave, CancellationToken cancellationToken)
    {
        int given = mel.Length / _vocoder.MelBins;
        if (mel.Length % _vocoder.MelBins != 0 || frameCount < 0 || frameCount > given)
        {
            throw new ArgumentException($"{mel.Length} values do not hold {frameCount} frames of {_vocoder.MelBins} bins.", nameof(mel));
        }

        if (wave.Length != frameCount * _vocoder.HopLength)
        {
            throw new ArgumentException($"{frameCount} frames are {frameCount * _vocoder.HopLength} samples, not {wave.Length}.", nameof(wave));
        }

        if (frameCount == 0) return;
        int known = Math.Min(given, frameCount + _hift.LookAheadFrames);
        int frames = _contextFrames + known;
        Span<float> window = Grown(ref _mel, _vocoder.MelBins * frames);
        for (int bin = 0; bin < _vocoder.MelBins; bin++)
        {
            Span<float> row = window.Slice(bin * frames, frames);
            _contextMel.AsSpan(bin * _contextCapacity, _contextFrames).CopyTo(row);
            mel.Slice(bin * given, known).CopyTo(row[_contextFrames..]);
        }

        Span<float> source = Grown(ref _source, frames * _vocoder.HopLength);
        _contextSource.AsSpan(0, _contextFrames * _vocoder.HopLength).CopyTo(source);
        Excite(_calls.Pitch(window, cancellationToken)[_contextFrames..], frameCount, source[(_contextFrames * _vocoder.HopLength)..], cancellationToken);
        _calls.Generate(window, source, _contextFrames, wave, cancellationToken);
        Keep(window, source, frames, _contextFrames + frameCount);
    }

    /// <inheritdoc/>
    public void Dispose() => _calls.Dispose();

    // The frames to voice move the phases on; those of the look-ahead only show how they would move.
    private void Excite(ReadOnlySpan<float> hertz, int frameCount, Span<float> source, CancellationToken cancellationToken)
    {
        DrawNoise(hertz.Length);
        ExcitePart(hertz[..frameCount], 0, source[..(frameCount * _vocoder.HopLength)], moveOn: true, cancellationToken);
        if (frameCount < hertz.Length)
        {
            ExcitePart(hertz[frameCount..], frameCount, source[(frameCount * _vocoder.HopLength)..], moveOn: false, cancellationToken);
        }

        int frameNoise = _sines.Count * _vocoder.HopLength;
        _noise.AsSpan(frameCount * frameNoise, (_noiseFrames - frameCount) * frameNoise).CopyTo(_noise);
        _noiseFrames -= frameCount;
    }

    private void ExcitePart(ReadOnlySpan<float> hertz, int firstFrame, Span<float> source, bool moveOn, CancellationToken cancellationToken)
    {
        int hop = _vocoder.HopLength;
        Span<float> sines = _calls.Sines(hertz.Length * hop);
        for (int frame = 0; frame < hertz.Length; frame++)
        {
            for (int row = 0; row < _sines.Count; row++)
            {
                _noise.AsSpan((((firstFrame + frame) * _sines.Count) + row) * hop, hop).CopyTo(sines[(((row * hertz.Length) + frame) * hop)..]);
            }
        }

        if (moveOn) _sines.Process(hertz, sines);
        else _sines.Peek(hertz, sines);
        _calls.Source(cancellationToken).CopyTo(source);
    }

    // Noise is drawn frame by frame, so that it is the same for a frame that was seen in a look-ahead before.
    private void DrawNoise(int frames)
    {
        int frameNoise = _sines.Count * _vocoder.HopLength;
        Span<float> noise = Grown(ref _noise, frames * frameNoise);
        for (; _noiseFrames < frames; _noiseFrames++) _random.Normal(noise.Slice(_noiseFrames * frameNoise, frameNoise));
    }

    private void Keep(ReadOnlySpan<float> mel, ReadOnlySpan<float> source, int frames, int end)
    {
        _contextFrames = Math.Min(end, _contextCapacity);
        int start = end - _contextFrames;
        for (int bin = 0; bin < _vocoder.MelBins; bin++)
        {
            mel.Slice((bin * frames) + start, _contextFrames).CopyTo(_contextMel.AsSpan(bin * _contextCapacity));
        }

        source[(start * _vocoder.HopLength)..(end * _vocoder.HopLength)].CopyTo(_contextSource);
    }

    private static Span<float> Grown(ref float[] buffer, int length)
    {
        if (buffer.Length < length) Array.Resize(ref buffer, Math.Max(length, 2 * buffer.Length));
        return buffer.AsSpan(0, length);
    }
}
