using VoiceGlm.Inference;

namespace VoiceGlm.TurnDetection;

/// <summary>Silero VAD v5 on one stream: a small recurrent network. Not thread-safe.</summary>
/// <remarks>snakers4/silero-vad utils_vad.py (OnnxWrapper): a window is given with the 64 samples before it, and the state goes round.</remarks>
public sealed class SileroVoiceActivityDetector : IVoiceActivityDetector
{
    private const int ContextSamples = 64;
    private const int StateSize = 128;

    private readonly Tensor _input = Tensor.Create<float>(1, ContextSamples + VoiceActivity.WindowSamples);
    private readonly Tensor _sampleRate = Tensor.From<long>([SampleRate.Wideband.Hertz]);
    private readonly Tensor _probability = Tensor.Create<float>(1, 1);
    private readonly Tensor _evenState = Tensor.Create<float>(2, 1, StateSize);
    private readonly Tensor _oddState = Tensor.Create<float>(2, 1, StateSize);

    // Two calls that hand the state to and fro, so that it is never copied.
    private readonly GraphCall _evenCall;
    private readonly GraphCall _oddCall;
    private bool _odd;

    internal SileroVoiceActivityDetector(Graph graph)
    {
        _evenCall = CreateCall(graph, _evenState, _oddState);
        _oddCall = CreateCall(graph, _oddState, _evenState);
    }

    /// <inheritdoc/>
    public float Process(ReadOnlySpan<float> window)
    {
        VoiceActivity.CheckWindow(window);
        Span<float> input = _input.AsSpan<float>();
        input[^ContextSamples..].CopyTo(input);
        window.CopyTo(input[ContextSamples..]);
        (_odd ? _oddCall : _evenCall).Run();
        _odd = !_odd;
        return _probability.AsSpan<float>()[0];
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _input.AsSpan<float>().Clear();
        _evenState.AsSpan<float>().Clear();
        _oddState.AsSpan<float>().Clear();
        _odd = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _evenCall.Dispose();
        _oddCall.Dispose();
        _input.Dispose();
        _sampleRate.Dispose();
        _probability.Dispose();
        _evenState.Dispose();
        _oddState.Dispose();
    }

    private GraphCall CreateCall(Graph graph, Tensor state, Tensor nextState) => graph.CreateCall()
        .Input("input", _input).Input("state", state).Input("sr", _sampleRate)
        .Output("output", _probability).Output("stateN", nextState);
}
