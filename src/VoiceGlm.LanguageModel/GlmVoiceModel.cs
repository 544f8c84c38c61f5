using System.Runtime.CompilerServices;
using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// GLM-4-Voice's language model on ONNX Runtime: any number of conversations, all of them in one batch. Thread-safe. Dispose it
/// after its sessions, and not on the device's thread.
/// </summary>
public sealed class GlmVoiceModel : ILanguageModel, IDisposable
{
    private readonly LanguageModelEngine _engine;
    private readonly InferenceDevice _device;
    private readonly LanguageModelScheduler _scheduler;
    private readonly LanguageModelOptions _options;
    private readonly GlmVoiceLanguage _language;

    private GlmVoiceModel(LanguageModelEngine engine, InferenceDevice device, LanguageModelOptions options, GlmVoiceLanguage language)
    {
        _engine = engine;
        _device = device;
        _options = options;
        _language = language;
        _scheduler = new LanguageModelScheduler(engine, device, language.Vocabulary);
    }

    /// <summary>Text to token ids and back.</summary>
    public GlmTokenizer Tokenizer => _language.Tokenizer;

    /// <summary>Where the speech tokens lie.</summary>
    public SpeechVocabulary Vocabulary => _language.Vocabulary;

    /// <summary>Conversations as token ids.</summary>
    public PromptBuilder Prompts => _language.Prompts;

    /// <inheritdoc/>
    public int SpeechGroupTokens => _language.Manifest.SpeechGroupTokens;

    /// <summary>Tokens that a conversation may hold.</summary>
    public int ContextLength => _engine.Capacity;

    /// <inheritdoc/>
    public int? MaxSessions => _engine.Cache.SlotCount;

    /// <summary>Bytes that the keys and values of a conversation take when its context is full.</summary>
    public long BytesOfSession => _engine.Shape.BytesOfSession;

    /// <summary>Loads the language model of a folder.</summary>
    /// <param name="model">The folder.</param>
    /// <param name="device">The thread that the graph runs on, shared with other stages.</param>
    /// <param name="options">How it is run.</param>
    /// <exception cref="ModelLoadException">The folder has no language model, or it is not what its manifest says.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static GlmVoiceModel Load(ModelFolder model, InferenceDevice device, LanguageModelOptions options)
    {
        GlmVoiceLanguage language = GlmVoiceLanguage.Load(model);
        options.Validate(language.Manifest.ContextLength);
        return new GlmVoiceModel(new LanguageModelEngine(model, language.Manifest, options), device, options, language);
    }

    /// <inheritdoc/>
    public ILanguageModelSession CreateSession(SessionSettings? settings = null)
    {
        settings ??= new SessionSettings();
        return new GlmVoiceSession(_language, new LocalConversation(this, _engine.CreateContext(), settings), _options, settings);
    }

    /// <summary>Continues a prompt, id by id, up to an end token (which is not told) or the number of ids asked for.</summary>
    /// <param name="promptIds">The prompt; at least one id.</param>
    /// <param name="sampling">How ids are chosen.</param>
    /// <param name="maxNewTokens">Ids at most; positive.</param>
    /// <param name="cancellationToken">Ends the generation between two steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not of the vocabulary, or an option is outside its range.</exception>
    /// <exception cref="InvalidOperationException">The prompt is empty, the context is full, or no place is free.</exception>
    public async IAsyncEnumerable<TokenId> GenerateAsync(
        ReadOnlyMemory<TokenId> promptIds,
        SamplingOptions sampling,
        int maxNewTokens,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNewTokens);
        var sampler = new Sampler(sampling, _engine.VocabularySize);
        using ConversationContext context = _engine.CreateContext();
        context.Append(promptIds.Span);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Generation generation = Start(context, sampler, maxNewTokens, stopping.Token);
        try
        {
            await foreach (ChosenToken token in generation.Ids.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return token.Id;
            }
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await generation.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Measures how long this model takes for so many conversations at once, in places that are free.</summary>
    /// <param name="conversations">Conversations; positive.</param>
    /// <param name="promptTokens">Tokens that each begins with; positive.</param>
    /// <param name="steps">Tokens that each is continued by; positive.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    /// <exception cref="InvalidOperationException">There are not as many free places, or the context is too short.</exception>
    public Task<DecodeMeasurement> MeasureAsync(int conversations, int promptTokens, int steps, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(conversations);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(promptTokens);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        return _device.RunAsync(token => DecodeMeasurement.Take(_engine, conversations, promptTokens, steps, token), cancellationToken);
    }

    /// <summary>Frees weights and memory when the device has done what it was asked for. What still generates fails.</summary>
    public void Dispose()
    {
        try
        {
            _device.RunAsync(
                _ =>
                {
                    _engine.Dispose();
                    return true;
                },
                CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (ObjectDisposedException)
        {
            _engine.Dispose();
        }
    }

    /// <summary>Makes what chooses the tokens of a session.</summary>
    internal Sampler CreateSampler(SessionSettings settings) => new(_options.SamplingFor(settings), _engine.VocabularySize);

    /// <summary>Has the scheduler evaluate what a context has pending and continue it.</summary>
    /// <exception cref="InvalidOperationException">Tokens are asked of an empty context.</exception>
    internal Generation Start(ConversationContext context, Sampler sampler, int maxNewTokens, CancellationToken cancellationToken)
    {
        if (maxNewTokens > 0) context.ReopenLast();
        var generation = new Generation(context, sampler, maxNewTokens, _language.Manifest.AskAgain is not null, cancellationToken);
        _scheduler.Add(generation);
        return generation;
    }
}
