using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace VoiceGlm.Inference;

/// <summary>Gives a graph to CUDA, or says in a sentence why that cannot be. Stateless.</summary>
internal static class CudaProvider
{
    private const string Name = "CUDAExecutionProvider";

    /// <summary>Whether this program was built for CUDA.</summary>
    public static bool IsBuiltIn => OrtEnv.Instance().GetAvailableProviders().Contains(Name);

    /// <summary>Checks that the GPU is there and has room for the graph's weights, and appends the provider.</summary>
    /// <param name="path">The graph, for messages.</param>
    /// <param name="sessionOptions">Takes the provider.</param>
    /// <param name="options">How it is to run.</param>
    /// <param name="weightBytes">Bytes that the graph's weights take.</param>
    /// <exception cref="ModelLoadException">The program was not built for CUDA, there is no GPU, or it has too little memory.</exception>
    public static void Append(string path, SessionOptions sessionOptions, CudaOptions options, long weightBytes)
    {
        options.Validate();
        if (!IsBuiltIn)
        {
            throw new ModelLoadException(
                path, "a program that runs graphs on CUDA (built with '-p:Device=cuda')", "one that was built for the processor");
        }

        RequireMemory(path, weightBytes, CudaMemory.FreeBytes(options.DeviceIndex), options);
        try
        {
            using var provider = new OrtCUDAProviderOptions();
            provider.UpdateOptions(Settings(options));
            sessionOptions.AppendExecutionProvider_CUDA(provider);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException(path, $"NVIDIA GPU {options.DeviceIndex} with its driver, CUDA and cuDNN", exception.Message.Split('\n')[0], exception);
        }
    }

    /// <summary>Refuses a GPU that is missing, or has too little memory.</summary>
    /// <param name="path">The graph.</param>
    /// <param name="neededBytes">What it takes.</param>
    /// <param name="freeBytes">What is free; null where the driver knows no such GPU.</param>
    /// <param name="options">Which GPU.</param>
    internal static void RequireMemory(string path, long neededBytes, long? freeBytes, CudaOptions options)
    {
        if (freeBytes is not { } free) throw new ModelLoadException(path, $"NVIDIA GPU {options.DeviceIndex} and its driver", "none");
        long allowed = Math.Min(free, options.ArenaLimitBytes ?? long.MaxValue);
        if (allowed < neededBytes)
        {
            throw new ModelLoadException(
                path,
                $"{Gigabytes(neededBytes)} of memory of NVIDIA GPU {options.DeviceIndex} for its weights",
                $"{Gigabytes(allowed)} {(allowed == free ? "free" : "allowed")}; convert it with fewer bits");
        }
    }

    /// <summary>The provider's own settings.</summary>
    internal static Dictionary<string, string> Settings(CudaOptions options)
    {
        var settings = new Dictionary<string, string>
        {
            ["device_id"] = options.DeviceIndex.ToString(CultureInfo.InvariantCulture),
            ["arena_extend_strategy"] = options.ArenaDoubles ? "kNextPowerOfTwo" : "kSameAsRequested",
            ["use_tf32"] = options.UseTensorFloat32 ? "1" : "0",
        };
        if (options.ArenaLimitBytes is { } limit) settings["gpu_mem_limit"] = limit.ToString(CultureInfo.InvariantCulture);
        return settings;
    }

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB");
}
