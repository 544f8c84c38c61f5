namespace VoiceGlm.Inference;

/// <summary>How graphs are run.</summary>
public sealed record GraphOptions
{
    /// <summary>Threads that compute one operator, in addition to none: 1 runs on the calling thread. Default: one per core.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether operators are fused and weights rearranged for speed. Without, a graph loads faster and takes less memory.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>The GPU to run on, or <see langword="null"/>, the default, for the processor.</summary>
    public CudaOptions? Cuda { get; init; }

    /// <summary>Where to write a trace of each operator's time (Chrome trace JSON), or <see langword="null"/> for none.</summary>
    public string? ProfilePrefix { get; init; }
}
