using VoiceGlm.Audio;
using VoiceGlm.Inference;

namespace VoiceGlm.SpeechTokenizer;

/// <summary>Holds the weights of a Whisper encoder with a codebook. Thread-safe; lives as long as the process.</summary>
/// <remarks>GLM-4-Voice speech_tokenizer: modeling_whisper.py and utils.py.</remarks>
public sealed class WhisperVqTokenizerFactory : ISpeechTokenizerFactory, IDisposable
{
    private const string GraphName = "speech-tokenizer";

    private readonly InferenceDevice _device;

    private WhisperVqTokenizerFactory(SpeechTokenizerManifest numbers, Graph graph, InferenceDevice device)
    {
        Numbers = numbers;
        Graph = graph;
        Filters = new MelFilterBank(new SampleRate(numbers.SampleRate), numbers.FftLength, numbers.MelBins, numbers.HighestMelHertz);
        _device = device;
    }

    internal SpeechTokenizerManifest Numbers { get; }

    internal Graph Graph { get; }

    internal MelFilterBank Filters { get; }

    /// <summary>Loads the speech tokenizer of a model folder.</summary>
    /// <param name="model">The folder.</param>
    /// <param name="device">Where the encoder runs; it stays the caller's.</param>
    /// <param name="options">How the encoder runs.</param>
    /// <exception cref="ModelLoadException">The folder has no speech tokenizer, or its graph cannot be loaded.</exception>
    public static WhisperVqTokenizerFactory Load(ModelFolder model, InferenceDevice device, GraphOptions options)
    {
        SpeechTokenizerManifest numbers = model.Manifest.SpeechTokenizer
            ?? throw new ModelLoadException(model.PathOf(ModelManifest.FileName), "a speech tokenizer", "none; convert its checkpoint into this folder");
        return new WhisperVqTokenizerFactory(numbers, model.LoadGraph(GraphName, options), device);
    }

    /// <inheritdoc/>
    public ISpeechTokenizer Create() => new WhisperVqTokenizer(this, _device);

    /// <summary>Releases the weights. No tokenizer of this factory may be in use.</summary>
    public void Dispose() => Graph.Dispose();
}
