using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>How the reference cuts a reply into calls.</summary>
public enum ParitySplit
{
    /// <summary>As the official demo: blocks of 25, 50, 100, 150, then 200 tokens.</summary>
    Demo,

    /// <summary>As <c>stream_inference</c>: blocks of the encoder's attention block.</summary>
    Stream,

    /// <summary>As <c>offline_inference</c>: all tokens in one call.</summary>
    Offline,
}

/// <summary>What one call of the reference returns.</summary>
/// <param name="Mel">Log-mel, shape [bins, frames]; from the second call on its first frame is the last of the call before.</param>
/// <param name="Speech">Samples in [-1, 1], shape [samples].</param>
public sealed record ParityCall(float[] Mel, float[] Speech);

/// <summary>
/// Speaks as the official code does, defects included: every call decodes the whole reply again, the level rises at seams, and a
/// frame is lost per block from the third on. It shows that the networks are the same; conversations use
/// <see cref="FlowSpeechDecoderFactory"/>. Not thread-safe; blocks the calling thread.
/// </summary>
/// <remarks>GLM-4-Voice flow_inference.py (AudioDecoder) and web_demo.py, in evaluation mode, on the CPU.</remarks>
public sealed class SpeechDecoderParity : IDisposable
{
    private static readonly int[] s_demoBlocks = [25, 50, 100, 150, 200];

    private readonly FlowModel _flow;
    private readonly HiftVocoder _vocoder;

    private SpeechDecoderParity(FlowModel flow, HiftVocoder vocoder)
    {
        _flow = flow;
        _vocoder = vocoder;
    }

    /// <summary>Loads the decoder of a model folder.</summary>
    /// <exception cref="ModelLoadException">The folder has no speech decoder, or a graph cannot be loaded.</exception>
    public static SpeechDecoderParity Load(ModelFolder model, GraphOptions graphOptions)
    {
        FlowModel flow = FlowModel.Load(model, graphOptions);
        try
        {
            return new SpeechDecoderParity(flow, new HiftVocoder(model, graphOptions));
        }
        catch
        {
            flow.Dispose();
            throw;
        }
    }

    /// <summary>Speaks a reply whose tokens are followed by the end token.</summary>
    /// <param name="tokens">The reply; none makes no call.</param>
    /// <param name="split">How it is cut.</param>
    /// <param name="cancellationToken">Ends the running graph.</param>
    /// <returns>The calls in order; the speech of the reply is theirs joined.</returns>
    /// <exception cref="OperationCanceledException">The token asked for the end.</exception>
    public IReadOnlyList<ParityCall> Speak(ReadOnlySpan<SpeechToken> tokens, ParitySplit split, CancellationToken cancellationToken)
    {
        ParityReply reply = Begin();
        var calls = new List<ParityCall>();
        int start = 0;
        foreach (int length in Split(tokens.Length, split, _flow.Manifest.EncoderBlockTokens))
        {
            var block = new long[length];
            for (int i = 0; i < length; i++) block[i] = tokens[start + i].CodebookIndex;
            start += length;
            calls.Add(reply.Speak(block, last: start == tokens.Length, cancellationToken));
        }

        return calls;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _flow.Dispose();
        _vocoder.Dispose();
    }

    /// <summary>Begins a reply that is spoken call by call.</summary>
    internal ParityReply Begin() => new(_flow, _vocoder);

    /// <summary>The lengths of the blocks; the demo speaks a full block when the token after it arrives, so the last may be full.</summary>
    internal static IReadOnlyList<int> Split(int tokens, ParitySplit split, int encoderBlockTokens)
    {
        var lengths = new List<int>();
        for (int left = tokens; left > 0; left -= lengths[^1])
        {
            int full = split switch
            {
                ParitySplit.Demo => s_demoBlocks[Math.Min(lengths.Count, s_demoBlocks.Length - 1)],
                ParitySplit.Stream => encoderBlockTokens,
                _ => left,
            };
            lengths.Add(Math.Min(full, left));
        }

        return lengths;
    }
}
