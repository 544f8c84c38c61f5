using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// Holds the vocoder's weights: mel spectrogram to waveform. Thread-safe; lives as long as the process. Replies are voiced by
/// what <see cref="Begin"/> makes, piece by piece; the methods here voice a spectrogram at once, as the reference does.
/// </summary>
/// <remarks>CosyVoice cosyvoice/hifigan/generator.py, HiFTGenerator.inference.</remarks>
internal sealed class HiftVocoder : IDisposable
{
    private readonly Graph _pitch;
    private readonly Graph _source;
    private readonly Graph _generator;
    private readonly int _threads;

    /// <summary>Loads the vocoder of a model folder.</summary>
    /// <param name="model">The folder.</param>
    /// <param name="options">How to run its graphs; the threads voice one window of a spectrogram each.</param>
    /// <exception cref="ModelLoadException">The folder has no speech decoder, or a graph cannot be loaded.</exception>
    public HiftVocoder(ModelFolder model, GraphOptions options)
    {
        SpeechDecoderManifest decoder = model.Manifest.SpeechDecoder
            ?? throw new ModelLoadException(model.PathOf(ModelManifest.FileName), "a speech decoder", "none");
        Manifest = decoder.Vocoder;
        SampleRate = decoder.SampleRate;
        _threads = options.Threads;
        options = options with { Threads = 1 };
        _pitch = model.LoadGraph("speech-decoder-pitch", options);
        _source = model.LoadGraph("speech-decoder-source", options);
        _generator = model.LoadGraph("speech-decoder-vocoder", options);
    }

    /// <summary>The vocoder's numbers.</summary>
    public VocoderManifest Manifest { get; }

    /// <summary>Samples per second of the speech.</summary>
    public int SampleRate { get; }

    /// <summary>Mel frames after a frame that its samples depend on: with fewer, they are close to what they would be.</summary>
    public int LookAheadFrames => Manifest.StageContexts[0].After + Manifest.PitchContextFrames;

    /// <summary>Begins a reply that is voiced piece by piece.</summary>
    /// <param name="seed">Seed of the noise and the phases: the same seed and mel give the same speech.</param>
    public ReplyVocoder Begin(ulong seed) => new(this, seed);

    /// <summary>Estimates the fundamental frequency of each frame.</summary>
    /// <param name="mel">Shape [mel bins, frames].</param>
    /// <param name="cancellationToken">Ends the call between two operators.</param>
    /// <returns>Shape [frames], in hertz.</returns>
    public float[] Pitch(ReadOnlySpan<float> mel, CancellationToken cancellationToken = default)
    {
        using HiftCalls calls = CreateCalls();
        return calls.Pitch(mel, cancellationToken).ToArray();
    }

    /// <summary>Voices a spectrogram as one call of the reference does.</summary>
    /// <param name="mel">Shape [mel bins, frames].</param>
    /// <param name="cacheSource">The source of an earlier call that replaces the beginning of this one's; may be empty.</param>
    /// <param name="random">Draws what the reference draws, and as much of it.</param>
    /// <param name="cancellationToken">Ends the call between two operators.</param>
    /// <returns>The waveform and the source that excited it, each of shape [frames·hop].</returns>
    public (float[] Wave, float[] Source) Vocode(
        ReadOnlySpan<float> mel, ReadOnlySpan<float> cacheSource, TorchRandom random, CancellationToken cancellationToken = default)
    {
        using HiftCalls calls = CreateCalls();
        int sampleCount = mel.Length / Manifest.MelBins * Manifest.HopLength;
        var sines = new SineSource(Manifest, SampleRate, random, rounded: true);
        Task<float[]> noise = Task.Run(() => DrawNoise(random, sines.Count, sampleCount), CancellationToken.None);
        ReadOnlySpan<float> hertz;
        try
        {
            hertz = calls.Pitch(mel, cancellationToken);
        }
        finally
        {
            // The generator is the caller's again only when all is drawn.
            noise.Wait(CancellationToken.None);
        }

        Span<float> samples = calls.Sines(sampleCount);
        noise.Result.CopyTo(samples);
        sines.Process(hertz, samples);
        float[] source = calls.Source(cancellationToken).ToArray();
        cacheSource.CopyTo(source);
        return (Vocode(calls, mel, source, cancellationToken), source);
    }

    /// <summary>Voices a spectrogram with a given source.</summary>
    /// <param name="mel">Shape [mel bins, frames].</param>
    /// <param name="source">Shape [frames·hop].</param>
    /// <param name="cancellationToken">Ends the call between two operators.</param>
    /// <returns>The waveform, shape [frames·hop].</returns>
    /// <exception cref="ArgumentException">The source is not as long as the spectrogram.</exception>
    public float[] Vocode(ReadOnlySpan<float> mel, ReadOnlySpan<float> source, CancellationToken cancellationToken = default)
    {
        using HiftCalls calls = CreateCalls();
        return Vocode(calls, mel, source, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pitch.Dispose();
        _source.Dispose();
        _generator.Dispose();
    }

    /// <summary>Makes one caller's buffers and calls.</summary>
    internal HiftCalls CreateCalls() => new(Manifest, _pitch, _source, _generator, _threads);

    private static float[] DrawNoise(TorchRandom random, int sines, int sampleCount)
    {
        var noise = new float[sines * sampleCount];
        random.Normal(noise);
        // The reference draws noise for unvoiced frames that it never uses.
        random.Normal(new float[sampleCount]);
        return noise;
    }

    private static float[] Vocode(HiftCalls calls, ReadOnlySpan<float> mel, ReadOnlySpan<float> source, CancellationToken cancellationToken)
    {
        var wave = new float[source.Length];
        calls.Generate(mel, source, firstFrame: 0, wave, cancellationToken);
        return wave;
    }
}
