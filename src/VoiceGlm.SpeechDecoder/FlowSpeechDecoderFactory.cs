using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>Holds the weights of GLM-4-Voice's speech decoder: a flow-matching network and a vocoder. Thread-safe; lives as long as the process.</summary>
public sealed class FlowSpeechDecoderFactory : ISpeechDecoderFactory, IDisposable
{
    private readonly FlowModel _flow;
    private readonly HiftVocoder _vocoder;
    private readonly InferenceDevice _device;
    private readonly SpeechDecoderOptions _options;
    private readonly FrameClock _clock;

    private FlowSpeechDecoderFactory(FlowModel flow, HiftVocoder vocoder, InferenceDevice device, SpeechDecoderOptions options)
    {
        _flow = flow;
        _vocoder = vocoder;
        _device = device;
        _options = options;
        _clock = new FrameClock(flow.Manifest.TokenRate, vocoder.SampleRate, vocoder.Manifest.HopLength);
        OutputSampleRate = new SampleRate(vocoder.SampleRate);
    }

    /// <inheritdoc/>
    public SampleRate OutputSampleRate { get; }

    /// <inheritdoc/>
    public double SpeechTokensPerSecond => _flow.Manifest.TokenRate;

    /// <summary>Loads the decoder of a model folder.</summary>
    /// <param name="model">A folder with a speech decoder.</param>
    /// <param name="device">Where replies are decoded; it must outlive the decoders.</param>
    /// <param name="options">How replies are cut into blocks; not changed afterwards.</param>
    /// <param name="graphOptions">How graphs are run.</param>
    /// <exception cref="ModelLoadException">The folder has no speech decoder, or a graph cannot be loaded.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static FlowSpeechDecoderFactory Load(
        ModelFolder model, InferenceDevice device, SpeechDecoderOptions options, GraphOptions graphOptions)
    {
        options.Validate();
        FlowModel flow = FlowModel.Load(model, graphOptions, options.Steps, options.GuidanceRate);
        try
        {
            return new FlowSpeechDecoderFactory(flow, new HiftVocoder(model, graphOptions), device, options);
        }
        catch
        {
            flow.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ISpeechDecoder Create() => new FlowSpeechDecoder(_flow, _vocoder, _clock, _device, _options);

    /// <summary>Releases the weights. Decoders that are still in use fail.</summary>
    public void Dispose()
    {
        _flow.Dispose();
        _vocoder.Dispose();
    }
}
