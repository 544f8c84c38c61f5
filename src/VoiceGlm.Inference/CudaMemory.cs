using System.Runtime.InteropServices;

namespace VoiceGlm.Inference;

/// <summary>Asks NVIDIA's driver how much memory a GPU has left. Stateless.</summary>
/// <remarks>NVML, which every driver brings: <c>nvmlDeviceGetMemoryInfo</c>. Its numbering is by bus, CUDA's by speed unless <c>CUDA_DEVICE_ORDER=PCI_BUS_ID</c>; machines with unlike GPUs set that.</remarks>
internal static unsafe partial class CudaMemory
{
    private const string Library = "nvidia-ml";
    private const int Success = 0;

    static CudaMemory() => NativeLibrary.SetDllImportResolver(typeof(CudaMemory).Assembly, Resolve);

    /// <summary>Free bytes, or <see langword="null"/> where there is no such GPU, or no driver.</summary>
    public static long? FreeBytes(int deviceIndex)
    {
        try
        {
            if (Initialize() != Success) return null;
            try
            {
                if (GetHandle((uint)deviceIndex, out nint device) != Success) return null;
                MemoryInfo memory = default;
                return GetMemoryInfo(device, ref memory) == Success ? (long)memory.Free : null;
            }
            finally
            {
                _ = Shutdown();
            }
        }
        catch (DllNotFoundException)
        {
            return null;
        }
    }

    private static nint Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library) return 0;
        string file = OperatingSystem.IsWindows() ? "nvml.dll" : "libnvidia-ml.so.1";
        return NativeLibrary.TryLoad(file, out nint handle) ? handle : 0;
    }

    [LibraryImport(Library, EntryPoint = "nvmlInit_v2")]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "nvmlShutdown")]
    private static partial int Shutdown();

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
    private static partial int GetHandle(uint index, out nint device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetMemoryInfo")]
    private static partial int GetMemoryInfo(nint device, ref MemoryInfo memory);

    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryInfo
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }
}
