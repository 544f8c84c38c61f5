using System.ComponentModel.DataAnnotations;
using VoiceGlm.Inference;

namespace VoiceGlm.Hosting;

/// <summary>Whether the graphs run on an NVIDIA GPU, and how. Needs a service that was built with <c>-p:Device=cuda</c>.</summary>
public sealed class GpuOptions
{
    /// <summary>Whether they do. Default: no, they run on the processor.</summary>
    public bool Enabled { get; set; }

    /// <summary>Number of the GPU, as CUDA counts them. Default: 0.</summary>
    [Range(0, 1_023)]
    public int DeviceIndex { get; set; }

    /// <summary>Megabytes that the arena of each graph may take; 0, the default, for all there is.</summary>
    [Range(0, 10_000_000)]
    public int ArenaLimitMegabytes { get; set; }

    /// <summary>Whether an arena grows to the next power of two. Default: no, by what is needed.</summary>
    public bool ArenaDoubles { get; set; }

    /// <summary>Whether 32-bit products may be rounded to TensorFloat-32. Default: yes.</summary>
    public bool UseTensorFloat32 { get; set; } = true;

    /// <summary>The same for the graphs; <see langword="null"/> for the processor.</summary>
    internal CudaOptions? ForGraphs() => !Enabled ? null : new CudaOptions
    {
        DeviceIndex = DeviceIndex,
        ArenaLimitBytes = ArenaLimitMegabytes == 0 ? null : ArenaLimitMegabytes * 1_000_000L,
        ArenaDoubles = ArenaDoubles,
        UseTensorFloat32 = UseTensorFloat32,
    };
}
