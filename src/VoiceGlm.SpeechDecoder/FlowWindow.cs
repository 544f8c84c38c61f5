namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// The part of a reply that one run of the flow computes: some tokens that were spoken already, as context, and the new ones.
/// Its length depends on the options, not on how long the reply is.
/// </summary>
/// <param name="FirstToken">Place of the window's first token in the reply: a multiple of the encoder's attention block.</param>
/// <param name="EndToken">Tokens of the reply so far.</param>
/// <param name="FirstFrame">Place of the window's first frame in the reply.</param>
/// <param name="EndFrame">Frames of the reply so far.</param>
internal readonly record struct FlowWindow(int FirstToken, int EndToken, int FirstFrame, int EndFrame)
{
    /// <summary>Frames of the window.</summary>
    public int FrameCount => EndFrame - FirstFrame;

    /// <summary>Chooses the window.</summary>
    /// <param name="clock">The rates.</param>
    /// <param name="decoded">Tokens that earlier runs have decoded.</param>
    /// <param name="added">Tokens to decode now.</param>
    /// <param name="spokenFrames">Frames that are final; the window begins at or before the first that is not.</param>
    /// <param name="contextTokens">Tokens of context asked for.</param>
    /// <param name="encoderBlockTokens">The encoder's attention block; the window begins on its grid, so that each token sees the neighbours it would see in the whole reply.</param>
    public static FlowWindow Choose(
        FrameClock clock, int decoded, int added, int spokenFrames, int contextTokens, int encoderBlockTokens)
    {
        int start = Math.Min(decoded - contextTokens, clock.TokenAt(spokenFrames));
        start = Math.Max(0, start) / encoderBlockTokens * encoderBlockTokens;
        int end = decoded + added;
        return new FlowWindow(start, end, clock.FirstFrameOf(start), clock.FramesOf(end));
    }

    /// <summary>The token of each frame, counted from the window's first token.</summary>
    /// <remarks>A window that holds the whole reply stretches it as the reference does; a later one keeps each frame's place in the reply.</remarks>
    public long[] TokenOfFrame(FrameClock clock)
    {
        var tokenOfFrame = new long[FrameCount];
        if (FirstToken == 0)
        {
            FrameClock.Stretch(EndToken, tokenOfFrame);
            return tokenOfFrame;
        }

        for (int i = 0; i < tokenOfFrame.Length; i++)
        {
            tokenOfFrame[i] = Math.Min(clock.TokenAt(FirstFrame + i), EndToken - 1) - FirstToken;
        }

        return tokenOfFrame;
    }
}
