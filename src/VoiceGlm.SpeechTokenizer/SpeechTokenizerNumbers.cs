using VoiceGlm.Inference;

namespace VoiceGlm.SpeechTokenizer;

/// <summary>Lengths that follow from a tokenizer's numbers.</summary>
internal static class SpeechTokenizerNumbers
{
    /// <summary>Mel frames of a token.</summary>
    public static int MelFramesPerToken(this SpeechTokenizerManifest numbers) => numbers.MelFramesPerEncoderFrame * numbers.EncoderFramesPerToken;

    /// <summary>Samples of a token.</summary>
    public static int SamplesPerToken(this SpeechTokenizerManifest numbers) => numbers.HopLength * numbers.MelFramesPerToken();

    /// <summary>Tokens of a sound: the last may be filled up with silence.</summary>
    public static int TokensOf(this SpeechTokenizerManifest numbers, int samples) => DivideUp(samples, numbers.SamplesPerToken());

    /// <summary>Encoder frames that begin within a sound.</summary>
    public static int EncoderFramesOf(this SpeechTokenizerManifest numbers, int samples) =>
        DivideUp(samples, numbers.HopLength * numbers.MelFramesPerEncoderFrame);

    /// <summary>Width of the encoder.</summary>
    public static int Width(this SpeechTokenizerManifest numbers) => numbers.Heads * numbers.HeadSize;

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;
}
