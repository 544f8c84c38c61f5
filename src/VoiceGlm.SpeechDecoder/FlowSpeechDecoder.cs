using System.Diagnostics;
using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// Voices one reply, block by block. However its tokens arrive, n tokens become exactly the samples that n tokens have, and the
/// work and memory of a block do not grow with the reply. Not thread-safe; after a failed or cancelled call it can only be disposed.
/// </summary>
internal sealed class FlowSpeechDecoder : ISpeechDecoder
{
    private readonly ReplySpectrogram _spectrogram;
    private readonly ReplyVocoder _vocoder;
    private readonly InferenceDevice _device;
    private readonly IReadOnlyList<int> _blockTokens;
    private readonly SampleRate _sampleRate;
    private readonly int _codebookSize;
    private readonly int _hopLength;
    private readonly List<long> _pending = [];
    private int _block;
    private long _position;
    private bool _ended;
    private TimeSpan _lastDuration;

    public FlowSpeechDecoder(FlowModel flow, HiftVocoder vocoder, FrameClock clock, InferenceDevice device, SpeechDecoderOptions options)
    {
        _spectrogram = new ReplySpectrogram(flow, clock, options);
        // A seed of its own, or the vocoder would draw the numbers that the flow has drawn.
        _vocoder = vocoder.Begin(options.NoiseSeed + 1UL);
        _device = device;
        _blockTokens = options.BlockTokens;
        _sampleRate = new SampleRate(vocoder.SampleRate);
        _codebookSize = flow.Manifest.CodebookSize;
        _hopLength = vocoder.Manifest.HopLength;
    }

    /// <inheritdoc/>
    public Deadline PlayoutDeadline { get; set; }

    // To be done in time, a block begins as long before as the one before it took.
    private Deadline BlockDeadline => PlayoutDeadline == Deadline.AtOnce ? Deadline.AtOnce : PlayoutDeadline - _lastDuration;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The token is not in the codebook.</exception>
    /// <exception cref="InvalidOperationException">The reply has ended, or an earlier call failed.</exception>
    public async ValueTask<AudioFrame?> AppendAsync(SpeechToken token, CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        ArgumentOutOfRangeException.ThrowIfNegative(token.CodebookIndex, nameof(token));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token.CodebookIndex, _codebookSize, nameof(token));
        _pending.Add(token.CodebookIndex);
        if (_pending.Count < _blockTokens[Math.Min(_block, _blockTokens.Count - 1)]) return null;
        _block++;
        return await SpeakAsync(last: false, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The reply has ended, or an earlier call failed.</exception>
    public async ValueTask<AudioFrame?> CompleteAsync(CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        return await SpeakAsync(last: true, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended = true;
        _vocoder.Dispose();
    }

    private async Task<AudioFrame?> SpeakAsync(bool last, CancellationToken cancellationToken)
    {
        _ended = true;
        // Two pieces of work, so that others, who are in more of a hurry, need not wait for both.
        Func<Deadline> deadline = () => BlockDeadline;
        long began = 0;
        SpectrogramBlock block = await _device.RunAsync(
            token =>
            {
                began = Stopwatch.GetTimestamp();
                return _spectrogram.Extend([.. _pending], last, token);
            },
            deadline,
            cancellationToken).ConfigureAwait(false);
        float[] samples = await _device.RunAsync(token => Voice(block, token), deadline, cancellationToken).ConfigureAwait(false);
        _lastDuration = Stopwatch.GetElapsedTime(began);
        _ended = last;
        _pending.Clear();
        if (samples.Length == 0) return null;
        var frame = new AudioFrame(samples, _sampleRate, _position);
        _position += samples.Length;
        return frame;
    }

    private float[] Voice(SpectrogramBlock block, CancellationToken cancellationToken)
    {
        var samples = new float[block.FinalFrames * _hopLength];
        _vocoder.Append(block.ToBins(), block.FinalFrames, samples, cancellationToken);
        return samples;
    }

    private void ThrowIfEnded()
    {
        if (_ended) throw new InvalidOperationException("This reply has ended, or decoding it failed; create a decoder for the next one.");
    }
}
