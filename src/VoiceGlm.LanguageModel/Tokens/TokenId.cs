namespace VoiceGlm.LanguageModel;

/// <summary>Index in the language model's joint vocabulary of text, special and speech tokens.</summary>
/// <param name="Value">From 0 up to the vocabulary's size.</param>
public readonly record struct TokenId(int Value);

/// <summary>What a token id stands for.</summary>
public enum TokenKind
{
    /// <summary>A piece of text, or a special token that is neither speech nor an end.</summary>
    Text,

    /// <summary>A speech token.</summary>
    Speech,

    /// <summary>The reply is over.</summary>
    EndOfTurn,
}
