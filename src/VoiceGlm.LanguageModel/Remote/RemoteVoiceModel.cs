using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// GLM-4-Voice's language model on other machines: vLLM or SGLang serves the checkpoint and continues conversations, which stay here as token
/// ids. Thread-safe. Dispose it after its sessions.
/// </summary>
/// <remarks>
/// The protocol is OpenAI's <c>POST /v1/completions</c>, streamed, with token ids as the prompt and vLLM's <c>return_token_ids</c>, which SGLang
/// has taken over.
/// </remarks>
public sealed class RemoteVoiceModel : ILanguageModel, IDisposable
{
    private readonly HttpClient _http;

    private RemoteVoiceModel(GlmVoiceLanguage language, RemoteModelOptions options, IMeterFactory meters, Action<RemoteEndpointStatus>? changed, TimeProvider time)
    {
        Language = language;
        Options = options;
        Time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            // A key is not carried on to where a server points.
            AllowAutoRedirect = false,
            // A reply that nobody wants any more is not read to its end: closing the connection is what stops the server.
            MaxResponseDrainSize = 0,
            ResponseDrainTimeout = TimeSpan.Zero,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        if (options.ApiKey is { Length: > 0 } key) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        Pool = new EndpointPool(_http, options, time, changed);
        Metrics = new RemoteModelMetrics(meters, Pool);
    }

    /// <inheritdoc/>
    public int SpeechGroupTokens => Language.Manifest.SpeechGroupTokens;

    /// <summary>How each server is.</summary>
    public IReadOnlyList<RemoteEndpointStatus> Endpoints => Pool.Statuses;

    /// <summary>Words and speech as token ids.</summary>
    internal GlmVoiceLanguage Language { get; }

    /// <summary>How it is run.</summary>
    internal RemoteModelOptions Options { get; }

    /// <summary>The clock of time-outs.</summary>
    internal TimeProvider Time { get; }

    /// <summary>The servers.</summary>
    internal EndpointPool Pool { get; }

    /// <summary>Where figures go.</summary>
    internal RemoteModelMetrics Metrics { get; }

    /// <summary>Reads the language of a folder and begins to look for the servers.</summary>
    /// <param name="model">The folder; the language model's graph need not be there.</param>
    /// <param name="options">Which servers, and how they are used.</param>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="changed">Told whenever a server's health changes, on any thread.</param>
    /// <param name="time">The clock of time-outs and health; <see langword="null"/> for the system's.</param>
    /// <exception cref="ModelLoadException">The folder has no language model, or its tokenizer cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static RemoteVoiceModel Load(
        ModelFolder model, RemoteModelOptions options, IMeterFactory meters, Action<RemoteEndpointStatus>? changed = null, TimeProvider? time = null)
    {
        GlmVoiceLanguage language = GlmVoiceLanguage.Load(model);
        options.Validate(language.Manifest.ContextLength);
        return new RemoteVoiceModel(language, options, meters, changed, time ?? TimeProvider.System);
    }

    /// <summary>Waits until a server answers and serves the model.</summary>
    public Task WaitUntilReachedAsync(CancellationToken cancellationToken) => Pool.Reached.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public ILanguageModelSession CreateSession(SessionSettings? settings = null)
    {
        settings ??= new SessionSettings();
        int capacity = Math.Min(Options.ContextLength ?? Language.Manifest.ContextLength, Pool.ContextLength ?? int.MaxValue);
        var history = new TokenHistory(capacity, Language.Manifest.VocabularySize);
        return new GlmVoiceSession(Language, new RemoteConversation(this, history, settings), Options, settings);
    }

    /// <summary>Lets the servers go. What they still work on is cut off.</summary>
    public void Dispose()
    {
        Pool.Dispose();
        _http.Dispose();
    }

    /// <summary>Makes a request of a conversation.</summary>
    internal Completion Send(Endpoint endpoint, CompletionRequest request, CancellationToken cancellationToken) =>
        new(_http, Options, Time, endpoint, request, cancellationToken);
}
