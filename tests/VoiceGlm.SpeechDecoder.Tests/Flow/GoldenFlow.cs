using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

/// <summary>What a golden case of the flow takes in.</summary>
internal sealed record GoldenFlow(long[] Tokens, long[] TokenOfFrame, float[] Noise, float[] Prompt, float[] Embedding)
{
    /// <summary>Reads a case.</summary>
    public static GoldenFlow Read(FlowModel flow, FrameClock clock, string name)
    {
        long[] tokens = [
            .. Npy.Read<long>("flow", "cases", name, "prompt_token.npy").Values,
            .. Npy.Read<long>("flow", "cases", name, "token.npy").Values];
        var tokenOfFrame = new long[clock.FramesOf(tokens.Length)];
        FrameClock.Stretch(tokens.Length, tokenOfFrame);
        return new GoldenFlow(
            tokens,
            tokenOfFrame,
            Mel.Transpose(Npy.Read<float>("flow", "cases", name, "noise_z.npy").Values, flow.Manifest.MelBins),
            Npy.Read<float>("flow", "cases", name, "prompt_feat.npy").Values,
            Npy.Read<float>("flow", "cases", name, "embedding.npy").Values);
    }

    /// <summary>Has the flow speak the case.</summary>
    /// <returns>The frames after the prompt, [bins, frames] as the reference has them.</returns>
    public float[] Run(FlowModel flow, CancellationToken cancellationToken)
    {
        float[] spoken = flow.Run(Tokens, TokenOfFrame, Noise, Prompt, Embedding, cancellationToken)[Prompt.Length..];
        return Mel.Transpose(spoken, spoken.Length / flow.Manifest.MelBins);
    }
}
