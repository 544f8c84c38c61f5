using System.Globalization;

namespace VoiceGlm.LanguageModel;

/// <summary>How the user speaks to the model; the trained system prompt names it.</summary>
public enum InputMode
{
    /// <summary>Speech tokens.</summary>
    Speech,

    /// <summary>Written words.</summary>
    Text,
}

/// <summary>
/// Writes a conversation as the token ids that the model was trained on. A turn is added to the ids that are there; what the
/// model said is never turned into text and back, which would lose characters split over tokens. Thread-safe.
/// </summary>
/// <remarks>
/// GLM-4-Voice web_demo.py, letter by letter: the speech prompt ends in a space, the text prompt does not, and a later turn
/// begins where the reply ended, without the end token.
/// </remarks>
public sealed class PromptBuilder
{
    private const string SpeechPrompt =
        "User will provide you with a speech instruction. Do it step by step. First, think about the instruction and respond in a interleaved manner, with 13 text token followed by 26 audio tokens. ";

    private const string TextPrompt =
        "User will provide you with a text instruction. Do it step by step. First, think about the instruction and respond in a interleaved manner, with 13 text token followed by 26 audio tokens.";

    private readonly GlmTokenizer _tokenizer;
    private readonly SpeechVocabulary _vocabulary;
    private readonly TokenId[] _prefix;
    private readonly TokenId[] _beginSpeech;
    private readonly TokenId[] _endSpeech;
    private readonly TokenId[] _assistant;
    private readonly TokenId _observation;

    /// <summary>Looks the special tokens up.</summary>
    /// <exception cref="ArgumentException">The model lacks one of them.</exception>
    public PromptBuilder(GlmTokenizer tokenizer, SpeechVocabulary vocabulary)
    {
        _tokenizer = tokenizer;
        _vocabulary = vocabulary;
        TokenId[] newLine = tokenizer.EncodePlain("\n");
        _prefix = [tokenizer.SpecialToken("[gMASK]"), tokenizer.SpecialToken("<sop>"), tokenizer.SpecialToken("<|system|>")];
        _beginSpeech = [tokenizer.SpecialToken("<|user|>"), .. newLine, tokenizer.SpecialToken("<|begin_of_audio|>")];
        _endSpeech = [tokenizer.SpecialToken("<|end_of_audio|>")];
        _observation = tokenizer.SpecialToken("<|observation|>");
        _assistant = [tokenizer.SpecialToken("<|assistant|>"), .. tokenizer.EncodePlain("streaming_transcription\n")];
    }

    /// <summary>Begins a conversation.</summary>
    /// <param name="mode">How the user speaks.</param>
    /// <param name="systemPrompt">What to tell the model instead of what it was trained with; it follows others loosely.</param>
    /// <param name="now">The time, for a model that is told it; a sentence after the prompt.</param>
    public TokenId[] Begin(InputMode mode, string? systemPrompt = null, DateTimeOffset? now = null)
    {
        string prompt = systemPrompt ?? (mode == InputMode.Speech ? SpeechPrompt : TextPrompt);
        if (now is { } time) prompt = string.Create(CultureInfo.InvariantCulture, $"{prompt.TrimEnd()} It is {time:HH:mm} on {time:dddd, d MMMM yyyy}.");
        return [.. _prefix, .. _tokenizer.EncodePlain("\n" + prompt)];
    }

    /// <summary>Begins what the user says; speech tokens follow.</summary>
    public ReadOnlySpan<TokenId> BeginSpeech => _beginSpeech;

    /// <summary>Ends what the user said; <see cref="Assistant"/> follows.</summary>
    public ReadOnlySpan<TokenId> EndSpeech => _endSpeech;

    /// <summary>Asks for the reply.</summary>
    public ReadOnlySpan<TokenId> Assistant => _assistant;

    /// <summary>Speech tokens in the joint vocabulary.</summary>
    public TokenId[] Speech(ReadOnlySpan<SpeechToken> speech)
    {
        var ids = new TokenId[speech.Length];
        for (int i = 0; i < ids.Length; i++) ids[i] = _vocabulary.ToTokenId(speech[i]);
        return ids;
    }

    /// <summary>What the user wrote. Names of special tokens in it are only text.</summary>
    public TokenId[] Text(string text) => [_beginSpeech[0], .. _tokenizer.EncodePlain("\n" + text)];

    /// <summary>What a tool answered; <see cref="Assistant"/> follows.</summary>
    public TokenId[] Observation(string text) => [_observation, .. _tokenizer.EncodePlain("\n" + text)];

    /// <summary>A whole turn of the user's speech, up to where the reply begins.</summary>
    public TokenId[] SpeechTurn(ReadOnlySpan<SpeechToken> speech) => [.. _beginSpeech, .. Speech(speech), .. _endSpeech, .. _assistant];

    /// <summary>A whole turn of the user's writing, up to where the reply begins.</summary>
    public TokenId[] TextTurn(string text) => [.. Text(text), .. _assistant];
}
