using VoiceGlm.Audio;
using VoiceGlm.Inference;

namespace VoiceGlm.SpeechTokenizer;

/// <summary>
/// A segment of an utterance on its way through the encoder. Blocks of frames that are whole are encoded once and keep their
/// keys and values; a block is encoded again only where the floor of the spectrogram has risen over its bins, and so are those
/// after it. Not thread-safe.
/// </summary>
internal sealed class EncoderSegment : IDisposable
{
    private readonly SpeechTokenizerManifest _numbers;
    private readonly InferenceDevice _device;
    private readonly SegmentSpectrogram _spectrogram;
    private readonly BlockEncoder _encoder;
    private readonly List<EncodedBlock> _blocks = [];
    private bool _isFirst = true;

    public EncoderSegment(WhisperVqTokenizerFactory factory, InferenceDevice device)
    {
        _numbers = factory.Numbers;
        _device = device;
        _spectrogram = new SegmentSpectrogram(_numbers, factory.Filters);
        _encoder = new BlockEncoder(_numbers, factory.Graph);
    }

    /// <summary>Samples that the segment can still take.</summary>
    public int Room => _spectrogram.Room;

    /// <summary>Whether the segment has all its samples.</summary>
    public bool IsFull => Room == 0;

    /// <summary>Whether a block is whole that is not encoded.</summary>
    public bool HasFinishedBlock
    {
        get
        {
            // A preview may have encoded blocks that were not whole at that time.
            int finished = FinishedBlocks;
            return finished > _blocks.Count || (finished > 0 && !_blocks[finished - 1].IsFinished);
        }
    }

    // The newest mel frame that encoder frame b − 1 needs is the last of its convolution.
    private int FinishedBlocks => _numbers.BlockFrames == 0
        ? 0
        : Math.Max(0, _spectrogram.FrameCount - BlockEncoder.ExtraMelFrames + _numbers.LeftContextMelFrames) / _numbers.MelFramesPerEncoderFrame / _numbers.BlockFrames;

    /// <summary>Takes samples as far as there is room.</summary>
    /// <returns>The number of samples taken.</returns>
    public int Append(ReadOnlySpan<float> samples) => _spectrogram.Append(samples);

    /// <summary>Encodes the blocks that are whole.</summary>
    /// <returns>Their tokens, all of the segment so far.</returns>
    public async ValueTask<IEnumerable<SpeechToken>> EncodeFinishedAsync(CancellationToken cancellationToken)
    {
        int frames = FinishedBlocks * _numbers.BlockFrames;
        await EncodeAsync(frames, frames, _spectrogram.FrameCount, _spectrogram.Loudest, cancellationToken).ConfigureAwait(false);
        return Tokens();
    }

    /// <summary>Encodes the whole segment as if it ended after some more samples, without ending it.</summary>
    /// <param name="rest">The last samples; they have room.</param>
    /// <param name="cancellationToken">Ends the encoder's run.</param>
    /// <returns>The tokens of the segment.</returns>
    public async ValueTask<IEnumerable<SpeechToken>> CompleteAsync(ReadOnlyMemory<float> rest, CancellationToken cancellationToken)
    {
        int samples = _spectrogram.SampleCount + rest.Length;
        if (samples == 0) return [];
        // The reference fills segments up to the longest: whole tokens of the only one, or a full segment.
        int tokens = _numbers.TokensOf(samples);
        int length = (_isFirst ? tokens : _numbers.TokensOf(_numbers.SegmentSamples)) * _numbers.SamplesPerToken();
        // Past the last window that touches a sample all frames are silent.
        int reach = (tokens * _numbers.MelFramesPerToken()) + (_numbers.FftLength / _numbers.HopLength) + BlockEncoder.ExtraMelFrames;
        int melFrames = Math.Min(length / _numbers.HopLength, reach);
        float loudest = _spectrogram.End(rest.Span, length, melFrames);
        await EncodeAsync(tokens * _numbers.EncoderFramesPerToken, _numbers.EncoderFramesOf(samples), melFrames, loudest, cancellationToken).ConfigureAwait(false);
        return Tokens();
    }

    /// <summary>Forgets the segment and begins another.</summary>
    /// <param name="isFirst">Whether it is the utterance's first.</param>
    public void Restart(bool isFirst)
    {
        _spectrogram.Restart();
        _blocks.Clear();
        _isFirst = isFirst;
    }

    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();

    private async ValueTask EncodeAsync(int frames, int validFrames, int melFrames, float loudest, CancellationToken cancellationToken)
    {
        float floor = LogMelSpectrogram.Floor(loudest);
        int standing = _blocks.TakeWhile(block => block.IsFinished && block.StandsUnder(floor)).Count();
        _blocks.RemoveRange(standing, _blocks.Count - standing);
        int blockFrames = _numbers.BlockFrames == 0 ? frames : _numbers.BlockFrames;
        for (int first = standing * blockFrames; first < frames; first += blockFrames)
        {
            int count = Math.Min(blockFrames, frames - first);
            var request = new BlockRequest(first, count, Math.Clamp(validFrames - first, 0, count), melFrames, floor, _blocks.LastOrDefault()?.Rest ?? []);
            EncodedBlock block = await _device.RunAsync(token => _encoder.Encode(_spectrogram, request, token), cancellationToken).ConfigureAwait(false);
            _blocks.Add(block with { IsFinished = _numbers.BlockFrames > 0 && first + count <= FinishedBlocks * _numbers.BlockFrames });
        }
    }

    private IEnumerable<SpeechToken> Tokens() => _blocks.SelectMany(static block => block.Tokens);
}
