using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>GLM-4-Voice's words and speech as token ids: all that a model folder says of its language model but the weights. Thread-safe.</summary>
public sealed class GlmVoiceLanguage
{
    private GlmVoiceLanguage(LanguageModelManifest manifest, GlmTokenizer tokenizer, SpeechVocabulary vocabulary)
    {
        Manifest = manifest;
        Tokenizer = tokenizer;
        Vocabulary = vocabulary;
        Prompts = new PromptBuilder(tokenizer, vocabulary);
    }

    /// <summary>Text to token ids and back.</summary>
    public GlmTokenizer Tokenizer { get; }

    /// <summary>Where the speech tokens lie.</summary>
    public SpeechVocabulary Vocabulary { get; }

    /// <summary>Conversations as token ids.</summary>
    public PromptBuilder Prompts { get; }

    /// <summary>The language model's numbers.</summary>
    internal LanguageModelManifest Manifest { get; }

    /// <summary>Reads the language of a folder. Its graph need not be there.</summary>
    /// <exception cref="ModelLoadException">The folder has no language model, its tokenizer cannot be read, or it is another model's.</exception>
    public static GlmVoiceLanguage Load(ModelFolder model)
    {
        string path = model.PathOf(ModelManifest.FileName);
        LanguageModelManifest manifest = model.Manifest.LanguageModel
            ?? throw new ModelLoadException(path, "a language model (see 'voiceglm models convert')", "none");
        GlmTokenizer tokenizer = GlmTokenizer.Load(model, manifest);
        try
        {
            return new GlmVoiceLanguage(manifest, tokenizer, SpeechVocabulary.From(manifest));
        }
        catch (ArgumentException exception)
        {
            throw new ModelLoadException(path, "the special tokens of GLM-4-Voice's prompt", exception.Message, exception);
        }
    }
}
