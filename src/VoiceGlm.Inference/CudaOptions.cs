namespace VoiceGlm.Inference;

/// <summary>How graphs are run on an NVIDIA GPU. Needs a program that was built with <c>-p:Device=cuda</c>.</summary>
public sealed record CudaOptions
{
    /// <summary>Number of the GPU, as CUDA counts them. Default: 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>Bytes that each graph's arena may take, or <see langword="null"/>, the default, for all there is.</summary>
    public long? ArenaLimitBytes { get; init; }

    /// <summary>Whether the arena grows to the next power of two, which asks the driver seldom, or, the default, by what is needed, which wastes nothing.</summary>
    public bool ArenaDoubles { get; init; }

    /// <summary>Whether 32-bit products may be rounded to TensorFloat-32, which is several times as fast. Default: yes. Speech tokens near a border may change.</summary>
    public bool UseTensorFloat32 { get; init; } = true;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The device or the limit is negative.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(DeviceIndex);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ArenaLimitBytes ?? 1, nameof(ArenaLimitBytes));
    }
}
