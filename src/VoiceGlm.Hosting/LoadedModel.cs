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
    private readonly GlmVoiceModel _language;
    private readonly FlowSpeechDecoderFactory _decoders;

    /// <summary>Loads the stages.</summary>
    /// <param name="folder">A folder with all three parts.</param>
    /// <param name="turnDetectors">Hears turns; not disposed with the model.</param>
    /// <param name="options">How the model runs.</param>
    /// <param name="decoderOptions">How replies are cut into blocks.</param>
    /// <param name="maxSessions">Conversations at once.</param>
    /// <exception cref="ModelLoadException">A part is missing or cannot be loaded.</exception>
    public LoadedModel(
        ModelFolder folder, ITurnDetectorFactory turnDetectors, ModelOptions options, SpeechDecoderOptions decoderOptions, int maxSessions)
    {
        var graph = new GraphOptions { Threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads };
        _tokenizers = WhisperVqTokenizerFactory.Load(folder, _device, graph);
        _language = GlmVoiceModel.Load(folder, _device, new LanguageModelOptions
        {
            MaxSessions = maxSessions,
            ContextLength = options.ContextLength == 0 ? null : options.ContextLength,
            PrefillChunk = options.PrefillChunk,
            MaxNewTokens = options.MaxNewTokens,
            Sampling = new SamplingOptions { Temperature = options.Temperature, TopP = options.TopP, TopK = options.TopK },
            Graph = graph,
        });
        _decoders = FlowSpeechDecoderFactory.Load(folder, _device, decoderOptions, graph);
        Stages = new VoiceStages(turnDetectors, _tokenizers, _language, _decoders);
    }

    /// <summary>The stages.</summary>
    public VoiceStages Stages { get; }

    /// <summary>Runs each stage once, so that the first caller does not wait for memory to be laid out and code to be compiled.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        using ISpeechTokenizer tokenizer = _tokenizers.Create();
        await tokenizer.AppendAsync(new AudioFrame(new float[SampleRate.Wideband.Hertz], SampleRate.Wideband, 0), cancellationToken).ConfigureAwait(false);
        Utterance utterance = await tokenizer.CompleteAsync(cancellationToken).ConfigureAwait(false);

        await using ILanguageModelSession session = _language.CreateSession();
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
        _language.Dispose();
        _tokenizers.Dispose();
    }
}
