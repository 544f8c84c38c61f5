using System.Runtime.InteropServices;

namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// The spectrogram of one reply, as it grows block by block. Holds the tokens, frames and noise of one window only. Not thread-safe.
/// </summary>
internal sealed class ReplySpectrogram
{
    private readonly FlowModel _flow;
    private readonly FrameClock _clock;
    private readonly int _contextTokens;
    private readonly int _overlapFrames;
    private readonly int _bins;
    private readonly FrameNoise _noise;

    // Tokens from _firstToken on; final frames from _firstFrame on, followed by the held ones.
    private readonly List<long> _tokens = [];
    private readonly List<float> _frames = [];
    private int _firstToken;
    private int _firstFrame;

    public ReplySpectrogram(FlowModel flow, FrameClock clock, SpeechDecoderOptions options)
    {
        _flow = flow;
        _clock = clock;
        _contextTokens = options.ContextTokens;
        _overlapFrames = clock.FramesOf(options.OverlapTokens);
        _bins = flow.Manifest.MelBins;
        _noise = new FrameNoise(options.NoiseSeed, _bins);
    }

    /// <summary>Frames of the reply that are final.</summary>
    public int SpokenFrames { get; private set; }

    /// <summary>Tokens decoded so far.</summary>
    public int DecodedTokens => _firstToken + _tokens.Count;

    // Frames known so far: the final ones and, after them, the held ones.
    private int KnownFrames => _firstFrame + (_frames.Count / _bins);

    /// <summary>Decodes the next tokens.</summary>
    /// <param name="tokens">The block, of any length; none only at the end, when the frames that are held become final as they are.</param>
    /// <param name="last">Whether the reply ends here. Otherwise the last frames are held until the next block has its say on them.</param>
    /// <param name="cancellationToken">Ends the running graph; the reply is then unchanged.</param>
    /// <returns>The frames that became final and, after them, those that are held.</returns>
    public SpectrogramBlock Extend(ReadOnlySpan<long> tokens, bool last, CancellationToken cancellationToken)
    {
        if (!tokens.IsEmpty) Decode(tokens, cancellationToken);
        int final = last ? KnownFrames : Math.Max(SpokenFrames, KnownFrames - _overlapFrames);
        var block = new SpectrogramBlock(RowsFrom(SpokenFrames).ToArray(), final - SpokenFrames, KnownFrames - final);
        SpokenFrames = final;
        return block;
    }

    private void Decode(ReadOnlySpan<long> tokens, CancellationToken cancellationToken)
    {
        FlowWindow window = FlowWindow.Choose(
            _clock, DecodedTokens, tokens.Length, SpokenFrames, _contextTokens, _flow.Manifest.EncoderBlockTokens);
        ReadOnlySpan<long> context = CollectionsMarshal.AsSpan(_tokens)[(window.FirstToken - _firstToken)..];
        ReadOnlySpan<float> spoken = RowsFrom(window.FirstFrame)[..((SpokenFrames - window.FirstFrame) * _bins)];
        float[] noise = _noise.Take(window.FirstFrame, window.EndFrame);
        float[] mel = _flow.Run([.. context, .. tokens], window.TokenOfFrame(_clock), noise, spoken, [], cancellationToken);

        Span<float> unspoken = mel.AsSpan(spoken.Length);
        CrossFade.Blend(RowsFrom(SpokenFrames), unspoken, _bins);

        _tokens.AddRange(tokens);
        _tokens.RemoveRange(0, window.FirstToken - _firstToken);
        _firstToken = window.FirstToken;
        _frames.RemoveRange((SpokenFrames - _firstFrame) * _bins, (KnownFrames - SpokenFrames) * _bins);
        _frames.AddRange(unspoken);
        _frames.RemoveRange(0, (window.FirstFrame - _firstFrame) * _bins);
        _firstFrame = window.FirstFrame;
    }

    private ReadOnlySpan<float> RowsFrom(int frame) => CollectionsMarshal.AsSpan(_frames)[((frame - _firstFrame) * _bins)..];
}
