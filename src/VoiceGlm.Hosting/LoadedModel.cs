using System.Diagnostics.Metrics;
using VoiceGlm.Conversation;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;
using VoiceGlm.SpeechDecoder;
using VoiceGlm.SpeechTokenizer;

namespace VoiceGlm.Hosting;

/// <summary>The stages of one model folder on one device. Thread-safe; dispose it when no session uses it any more.</summary>
public sealed class LoadedModel : IDisposable
{
    private readonly InferenceDevice _device = new();
    private readonly WhisperVqTokenizerFactory _tokenizers;
    private readonly GlmVoiceModel? _local;
    private readonly RemoteVoiceModel? _remote;
    private readonly FlowSpeechDecoderFactory _decoders;

    /// <summary>Loads the stages.</summary>
    /// <param name="folder">A folder with all three parts.</param>
    /// <param name="turnDetectors">Hears turns; not disposed with the model.</param>
    /// <param name="options">How the model runs.</param>
    /// <param name="decoderOptions">How replies are cut into blocks.</param>
    /// <param name="maxSessions">Conversations at once.</param>
    /// <param name="meters">Makes the meters of what runs on other machines.</param>
    /// <param name="serverChanged">Told whenever the health of such a machine changes, on any thread.</param>
    /// <exception cref="ModelLoadException">A part is missing or cannot be loaded.</exception>
    public LoadedModel(
        ModelFolder folder,
        ITurnDetectorFactory turnDetectors,
        ModelOptions options,
        SpeechDecoderOptions decoderOptions,
        int maxSessions,
        IMeterFactory meters,
        Action<RemoteEndpointStatus>? serverChanged = null)
    {
        var graph = new GraphOptions { Threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads, Cuda = options.Cuda.ForGraphs() };
        _tokenizers = WhisperVqTokenizerFactory.Load(folder, _device, graph);
        ILanguageModel language = options.Engine == ModelOptions.RemoteEngine
            ? _remote = RemoteVoiceModel.Load(folder, RemoteOptionsOf(options), meters, serverChanged)
            : _local = GlmVoiceModel.Load(folder, _device, LocalOptionsOf(options, maxSessions, graph));
        _decoders = FlowSpeechDecoderFactory.Load(folder, _device, decoderOptions, graph);
        Stages = new VoiceStages(turnDetectors, _tokenizers, language, _decoders);
    }

    /// <summary>How the servers of the language model are; none where this process runs it.</summary>
    public IReadOnlyList<RemoteEndpointStatus> Servers => _remote?.Endpoints ?? [];

    /// <summary>The stages.</summary>
    public VoiceStages Stages { get; }

    /// <summary>
    /// Runs each stage once, so that the first caller does not wait for memory to be laid out and code to be compiled. Waits for a server
    /// where the language model runs on one.
    /// </summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        if (_remote is not null) await _remote.WaitUntilReachedAsync(cancellationToken).ConfigureAwait(false);
        using ISpeechTokenizer tokenizer = _tokenizers.Create();
        await tokenizer.AppendAsync(new AudioFrame(new float[SampleRate.Wideband.Hertz], SampleRate.Wideband, 0), cancellationToken).ConfigureAwait(false);
        Utterance utterance = await tokenizer.CompleteAsync(cancellationToken).ConfigureAwait(false);

        await using ILanguageModelSession session = Stages.LanguageModel.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, utterance.Speech), cancellationToken).ConfigureAwait(false);
        int parts = 0;
        await foreach (ReplyPart part in session.ReplyAsync(cancellationToken).ConfigureAwait(false))
        {
            if (++parts == 4) break;
        }

        using ISpeechDecoder decoder = _decoders.Create();
        foreach (SpeechToken token in utterance.Speech.ToArray()) await decoder.AppendAsync(token, cancellationToken).ConfigureAwait(false);
        await decoder.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // First the thread, so that no graph is running when it goes.
        _device.Dispose();
        _decoders.Dispose();
        _local?.Dispose();
        _remote?.Dispose();
        _tokenizers.Dispose();
    }

    private static LanguageModelOptions LocalOptionsOf(ModelOptions options, int maxSessions, GraphOptions graph) => new()
    {
        MaxSessions = maxSessions,
        KeyValueBytes = options.KeyValueMegabytes == 0 ? null : options.KeyValueMegabytes * 1_000_000L,
        ContextLength = ContextLengthOf(options),
        PrefillChunk = options.PrefillChunk,
        MaxNewTokens = options.MaxNewTokens,
        Sampling = SamplingOf(options),
        Graph = graph,
    };

    private static RemoteModelOptions RemoteOptionsOf(ModelOptions options) => new()
    {
        ContextLength = ContextLengthOf(options),
        MaxNewTokens = options.MaxNewTokens,
        Sampling = SamplingOf(options),
        Endpoints = EndpointAddress.ParseList(options.Remote.Endpoints),
        Model = options.Remote.Model.Length == 0 ? null : options.Remote.Model,
        ApiKey = options.Remote.ApiKey.Length == 0 ? null : options.Remote.ApiKey,
        ConnectTimeout = options.Remote.ConnectTimeout,
        FirstTokenTimeout = options.Remote.FirstTokenTimeout,
        TokenTimeout = options.Remote.TokenTimeout,
        Retries = options.Remote.Retries,
        HealthInterval = options.Remote.HealthInterval,
        PrimeTokens = options.Remote.PrimeTokens,
    };

    private static int? ContextLengthOf(ModelOptions options) => options.ContextLength == 0 ? null : options.ContextLength;

    private static SamplingOptions SamplingOf(ModelOptions options) => new() { Temperature = options.Temperature, TopP = options.TopP, TopK = options.TopK };
}
