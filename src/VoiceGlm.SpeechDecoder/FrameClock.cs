namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// Which mel frames a speech token becomes. Tokens and frames have rates whose ratio is no whole number (published: 12.5 tokens
/// and 86.13 frames a second), so a token has six or seven frames. Immutable.
/// </summary>
/// <remarks>CosyVoice flow/flow.py and length_regulator.py: both formulas in single precision, which shows at some lengths.</remarks>
internal sealed class FrameClock(double tokenRate, int sampleRate, int hopLength)
{
    // Products of small numbers, exact in double: a quotient that is a whole number comes out whole.
    private readonly double _tokenStride = hopLength * tokenRate;

    /// <summary>Frames of a reply of so many tokens.</summary>
    public int FramesOf(int tokens) => (int)(tokens / (float)tokenRate * sampleRate / hopLength);

    /// <summary>The token that a frame belongs to, by the rates alone.</summary>
    public int TokenAt(int frame) => (int)(frame * _tokenStride / sampleRate);

    /// <summary>The first frame that belongs to a token, by the rates alone.</summary>
    public int FirstFrameOf(int token)
    {
        int frame = (int)((double)token * sampleRate / _tokenStride);
        while (TokenAt(frame) < token) frame++;
        return frame;
    }

    /// <summary>The token of each frame of a whole reply: the nearest, as <c>torch.nn.functional.interpolate</c> finds it.</summary>
    /// <param name="tokens">Tokens of the reply.</param>
    /// <param name="tokenOfFrame">Receives an index in [0, tokens) for each frame.</param>
    public static void Stretch(int tokens, Span<long> tokenOfFrame)
    {
        float scale = (float)tokens / tokenOfFrame.Length;
        for (int frame = 0; frame < tokenOfFrame.Length; frame++)
        {
            tokenOfFrame[frame] = Math.Min((int)MathF.Floor(frame * scale), tokens - 1);
        }
    }
}
