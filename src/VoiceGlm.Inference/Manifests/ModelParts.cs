namespace VoiceGlm.Inference;

/// <summary>Names of a model's parts; the names of a part's graphs and files begin with its own.</summary>
public static class ModelParts
{
    /// <summary>Hears: samples to speech tokens.</summary>
    public const string SpeechTokenizer = "speech-tokenizer";

    /// <summary>Thinks: tokens to tokens.</summary>
    public const string LanguageModel = "language-model";

    /// <summary>Speaks: speech tokens to samples.</summary>
    public const string SpeechDecoder = "speech-decoder";
}
