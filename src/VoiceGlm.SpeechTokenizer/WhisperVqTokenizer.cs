using VoiceGlm.Audio;
using VoiceGlm.Inference;

namespace VoiceGlm.SpeechTokenizer;

/// <summary>
/// Hears one utterance: resamples it, cuts it into the independent segments of the reference and encodes each block of frames
/// as soon as it is whole. Appending allocates nothing until a block is whole. Not thread-safe.
/// </summary>
/// <remarks>GLM-4-Voice speech_tokenizer/utils.py, <c>extract_speech_token</c>.</remarks>
internal sealed class WhisperVqTokenizer(WhisperVqTokenizerFactory factory, InferenceDevice device) : ISpeechTokenizer
{
    private readonly SampleRate _modelRate = new(factory.Numbers.SampleRate);
    private readonly EncoderSegment _segment = new(factory, device);
    // Tokens of the segments that are over, and all that were told.
    private readonly List<SpeechToken> _finished = [];
    private readonly List<SpeechToken> _told = [];
    private SampleRate? _rate;
    private Resampler? _resampler;
    private float[] _resampled = [];
    private Utterance? _preview;
    private bool _usable = true;

    /// <inheritdoc/>
    public ValueTask<SpeechTokenUpdate?> AppendAsync(AudioFrame frame, CancellationToken cancellationToken)
    {
        ThrowIfUnusable();
        cancellationToken.ThrowIfCancellationRequested();
        ReadOnlyMemory<float> samples = Resample(frame);
        if (frame.Samples.Length > 0) _preview = null;
        int taken = _segment.Append(samples.Span);
        return _segment.IsFull || _segment.HasFinishedBlock ? EncodeAsync(samples[taken..], cancellationToken) : default;
    }

    /// <inheritdoc/>
    public async ValueTask<Utterance> PreviewAsync(CancellationToken cancellationToken)
    {
        ThrowIfUnusable();
        if (_preview is not null) return _preview;
        _usable = false;
        // What the resampler holds back belongs to the utterance, too, and may reach into the next segment.
        float[] rest = new float[_resampler?.TailLength ?? 0];
        _resampler?.Tail(rest);
        int fitting = Math.Min(rest.Length, _segment.Room);
        List<SpeechToken> tokens = [.. _finished, .. await _segment.CompleteAsync(rest.AsMemory(0, fitting), cancellationToken).ConfigureAwait(false)];
        if (fitting < rest.Length)
        {
            using var next = new EncoderSegment(factory, device);
            next.Restart(isFirst: false);
            tokens.AddRange(await next.CompleteAsync(rest.AsMemory(fitting), cancellationToken).ConfigureAwait(false));
        }

        _preview = new Utterance(tokens.ToArray());
        _usable = true;
        return _preview;
    }

    /// <inheritdoc/>
    public async ValueTask<Utterance> CompleteAsync(CancellationToken cancellationToken)
    {
        Utterance utterance = await PreviewAsync(cancellationToken).ConfigureAwait(false);
        _usable = false;
        return utterance;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _usable = false;
        _segment.Dispose();
    }

    private async ValueTask<SpeechTokenUpdate?> EncodeAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        _usable = false;
        while (_segment.IsFull)
        {
            _finished.AddRange(await _segment.CompleteAsync(default, cancellationToken).ConfigureAwait(false));
            _segment.Restart(isFirst: false);
            samples = samples[_segment.Append(samples.Span)..];
        }

        SpeechToken[] tokens = [.. _finished, .. await _segment.EncodeFinishedAsync(cancellationToken).ConfigureAwait(false)];
        _usable = true;
        return Tell(tokens);
    }

    // Tells the tokens from the first on that differs from what was told.
    private SpeechTokenUpdate? Tell(SpeechToken[] tokens)
    {
        int first = 0;
        while (first < tokens.Length && first < _told.Count && tokens[first] == _told[first]) first++;
        if (first == tokens.Length) return null;
        _told.Clear();
        _told.AddRange(tokens);
        return new SpeechTokenUpdate(first, tokens.AsMemory(first));
    }

    private ReadOnlyMemory<float> Resample(AudioFrame frame)
    {
        SampleRate rate = _rate ??= frame.SampleRate;
        if (frame.SampleRate != rate)
        {
            throw new ArgumentException($"Every frame of an utterance has the same sample rate: expected {rate}, found {frame.SampleRate}.", nameof(frame));
        }

        if (rate == _modelRate) return frame.Samples;
        _resampler ??= new Resampler(rate, _modelRate);
        int capacity = _resampler.OutputCapacity(frame.Samples.Length);
        if (_resampled.Length < capacity) _resampled = new float[2 * capacity];
        return _resampled.AsMemory(0, _resampler.Process(frame.Samples.Span, _resampled));
    }

    private void ThrowIfUnusable()
    {
        if (!_usable) throw new InvalidOperationException("The utterance has ended or was abandoned; create a tokenizer for the next.");
    }
}
