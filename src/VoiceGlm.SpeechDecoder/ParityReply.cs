using System.Runtime.InteropServices;

namespace VoiceGlm.SpeechDecoder;

/// <summary>One reply, spoken call by call exactly as the official code does. Not thread-safe.</summary>
/// <remarks>
/// GLM-4-Voice flow_inference.py AudioDecoder.token2wav. Kept between calls: all tokens, all returned mel frames (which prompt the
/// next call, the repeated ones too), the held frames, the last frame and the last samples of source.
/// </remarks>
internal sealed class ParityReply
{
    private const double OverlapTokens = 5;
    private const int CachedFrames = 1;
    private const ulong Seed = 42;

    private readonly FlowModel _flow;
    private readonly HiftVocoder _vocoder;
    private readonly FrameClock _clock;
    private readonly int _bins;
    private readonly int _overlapFrames;
    private readonly int _cachedSamples;
    private readonly List<long> _tokens = [];
    private readonly List<float> _prompt = [];
    private float[] _held = [];
    private float[] _cachedMel = [];
    private float[] _cachedSource = [];

    public ParityReply(FlowModel flow, HiftVocoder vocoder)
    {
        _flow = flow;
        _vocoder = vocoder;
        _bins = flow.Manifest.MelBins;
        int hop = vocoder.Manifest.HopLength;
        _clock = new FrameClock(flow.Manifest.TokenRate, vocoder.SampleRate, hop);
        _overlapFrames = (int)(OverlapTokens / flow.Manifest.TokenRate * vocoder.SampleRate / hop);
        _cachedSamples = CachedFrames * hop;
    }

    /// <summary>Speaks the next tokens.</summary>
    /// <param name="tokens">Codebook indices, at least one.</param>
    /// <param name="last">Whether the reply ends here; otherwise its end is held back.</param>
    /// <param name="cancellationToken">Ends the running graph.</param>
    /// <exception cref="InvalidOperationException">The call has no more frames than are held back; the official code fails there too.</exception>
    public ParityCall Speak(ReadOnlySpan<long> tokens, bool last, CancellationToken cancellationToken)
    {
        _tokens.AddRange(tokens);
        var random = new TorchRandom(Seed);
        float[] generated = Generate(random, cancellationToken);
        // In long replies the lost frames may leave a last call with fewer frames than were held; the official code fails there.
        CrossFade.BlendByHamming(_held.AsSpan(0, Math.Min(_held.Length, generated.Length)), generated, _bins);
        float[] rows = [.. _cachedMel, .. generated];
        if (!last)
        {
            if (rows.Length <= _overlapFrames * _bins)
            {
                throw new InvalidOperationException($"A block of {tokens.Length} tokens has no more than the {_overlapFrames} frames that are held back after it.");
            }

            _held = rows[^(_overlapFrames * _bins)..];
            rows = rows[..^(_overlapFrames * _bins)];
        }

        _prompt.AddRange(rows);
        float[] mel = Mel.Transpose(rows, rows.Length / _bins);
        (float[] speech, float[] source) = _vocoder.Vocode(mel, _cachedSource, random, cancellationToken);
        if (last) return new ParityCall(mel, speech);
        _cachedMel = rows[^(CachedFrames * _bins)..];
        _cachedSource = source[^_cachedSamples..];
        return new ParityCall(mel, speech[..^_cachedSamples]);
    }

    // The noise of the whole reply is drawn anew in every call, bin by bin: a frame's noise depends on how many frames there are.
    private float[] Generate(TorchRandom random, CancellationToken cancellationToken)
    {
        int frames = _clock.FramesOf(_tokens.Count);
        var tokenOfFrame = new long[frames];
        FrameClock.Stretch(_tokens.Count, tokenOfFrame);
        var noise = new float[frames * _bins];
        random.Normal(noise);
        float[] mel = _flow.Run(
            CollectionsMarshal.AsSpan(_tokens), tokenOfFrame, Mel.Transpose(noise, _bins), CollectionsMarshal.AsSpan(_prompt), [], cancellationToken);
        return mel[_prompt.Count..];
    }
}
