using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// The flow-matching network: speech tokens and noise become a mel spectrogram by Euler steps along a learnt velocity.
/// Thread-safe; blocks the calling thread.
/// </summary>
/// <remarks>CosyVoice flow/flow.py and flow_matching.py, as GLM-4-Voice uses them.</remarks>
internal sealed class FlowModel : IDisposable
{
    private readonly Graph _encoder;
    private readonly Graph _estimator;
    private readonly Tensor[] _times;
    private readonly Tensor[] _lengths;
    private readonly Tensor _guidance;
    private readonly Tensor _noSpeaker;

    private FlowModel(ModelFolder model, GraphOptions options, FlowManifest manifest, int steps, float guidanceRate)
    {
        Manifest = manifest;
        var schedule = new FlowSchedule(steps, manifest.CosineSchedule);
        _times = EmbedTimes(model, options, schedule);
        _lengths = Array.ConvertAll(schedule.Lengths.ToArray(), static length => Tensor.From<float>([length], 1));
        _guidance = Tensor.From<float>([guidanceRate], 1);
        _noSpeaker = Tensor.Create<float>(1, manifest.SpeakerEmbeddingSize);
        _encoder = model.LoadGraph("speech-decoder-flow-encoder", options);
        _estimator = model.LoadGraph("speech-decoder-flow-estimator", options);
    }

    /// <summary>The network's numbers.</summary>
    public FlowManifest Manifest { get; }

    /// <summary>Loads the network.</summary>
    /// <param name="model">A model folder with a speech decoder.</param>
    /// <param name="options">How graphs are run.</param>
    /// <param name="steps">Euler steps, or <see langword="null"/> for the manifest's.</param>
    /// <param name="guidanceRate">Strength of the guidance, or <see langword="null"/> for the manifest's.</param>
    /// <exception cref="ModelLoadException">The folder has no speech decoder, or a graph cannot be loaded.</exception>
    public static FlowModel Load(ModelFolder model, GraphOptions options, int? steps = null, float? guidanceRate = null)
    {
        FlowManifest manifest = model.Manifest.SpeechDecoder?.Flow
            ?? throw new ModelLoadException(model.PathOf(ModelManifest.FileName), "a speech decoder", "none");
        return new FlowModel(model, options, manifest, steps ?? manifest.Steps, guidanceRate ?? manifest.GuidanceRate);
    }

    /// <summary>Computes a spectrogram.</summary>
    /// <param name="tokens">Codebook indices, shape [tokens].</param>
    /// <param name="tokenOfFrame">Which of <paramref name="tokens"/> each frame is of, shape [frames].</param>
    /// <param name="noise">Standard normal numbers, shape [frames, bins].</param>
    /// <param name="prompt">Log-mel rows that the first frames are known to have, shape [known, bins], known ≤ frames. They steer the rest and are not copied to the result.</param>
    /// <param name="speakerEmbedding">Shape [speaker embedding size], or empty for the voice that the network was trained on.</param>
    /// <param name="cancellationToken">Ends the running graph.</param>
    /// <returns>The log-mel spectrogram, shape [frames, bins].</returns>
    /// <exception cref="OperationCanceledException">The token asked for the end.</exception>
    public float[] Run(
        ReadOnlySpan<long> tokens,
        ReadOnlySpan<long> tokenOfFrame,
        ReadOnlySpan<float> noise,
        ReadOnlySpan<float> prompt,
        ReadOnlySpan<float> speakerEmbedding,
        CancellationToken cancellationToken)
    {
        int bins = Manifest.MelBins;
        int frames = tokenOfFrame.Length;
        using Tensor tokenTensor = Tensor.From(tokens, tokens.Length);
        using Tensor stretch = Tensor.From(tokenOfFrame, frames);
        using Tensor? speaker = speakerEmbedding.IsEmpty ? null : Tensor.From(speakerEmbedding, 1, speakerEmbedding.Length);
        using GraphCall encode = _encoder.CreateCall()
            .Input("tokens", tokenTensor).Input("token_of_frame", stretch).Input("speaker_embedding", speaker ?? _noSpeaker)
            .Output("mean").Output("speaker");
        encode.Run(cancellationToken);

        using Tensor known = Tensor.Create<float>(frames, bins);
        prompt.CopyTo(known.AsSpan<float>());
        using Tensor even = Tensor.From(noise, frames, bins);
        using Tensor odd = Tensor.Create<float>(frames, bins);
        (Tensor from, Tensor to) = (even, odd);
        using GraphCall estimate = _estimator.CreateCall()
            .Input("mean", encode.Result("mean")).Input("speaker", encode.Result("speaker"))
            .Input("prompt", known).Input("guidance", _guidance);
        for (int step = 0; step < _times.Length; step++)
        {
            estimate.Input("spectrogram", from).Input("time", _times[step]).Input("step", _lengths[step]).Output("next", to);
            estimate.Run(cancellationToken);
            (from, to) = (to, from);
        }

        return from.AsSpan<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        _estimator.Dispose();
        foreach (Tensor time in _times) time.Dispose();
        foreach (Tensor length in _lengths) length.Dispose();
        _guidance.Dispose();
        _noSpeaker.Dispose();
    }

    // One row for each step; the steps never change, so the layers that make the rows run only here.
    private static Tensor[] EmbedTimes(ModelFolder model, GraphOptions options, FlowSchedule schedule)
    {
        using Graph graph = model.LoadGraph("speech-decoder-flow-times", options);
        using Tensor times = Tensor.From(schedule.Times, schedule.Times.Length);
        using GraphCall call = graph.CreateCall().Input("times", times).Output("rows");
        call.Run();
        Tensor rows = call.Result("rows");
        int width = (int)rows.Shape[1];
        var embedded = new Tensor[schedule.Times.Length];
        for (int i = 0; i < embedded.Length; i++) embedded[i] = Tensor.From<float>(rows.AsSpan<float>().Slice(i * width, width), 1, width);
        return embedded;
    }
}
