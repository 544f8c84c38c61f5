using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace VoiceGlm.Checkpoints;

/// <summary>One <c>.safetensors</c> file.</summary>
/// <remarks>huggingface/safetensors: 8 bytes of header length (little endian), a JSON header, then the tensors' bytes.</remarks>
public sealed class SafetensorsFile : TensorSource
{
    private readonly SafeFileHandle _handle;
    private readonly long _dataStart;
    private readonly Dictionary<string, TensorInfo> _tensors = [];
    private readonly Dictionary<string, long> _offsets = [];

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="ModelLoadException">The file is missing, cut or not a safetensors file.</exception>
    public SafetensorsFile(string path)
    {
        Path = path;
        _handle = File.OpenHandle(path);
        Span<byte> lengthBytes = stackalloc byte[8];
        RandomAccess.Read(_handle, lengthBytes, 0);
        long headerLength = BitConverter.ToInt64(lengthBytes);
        _dataStart = 8 + headerLength;
        var header = new byte[headerLength];
        RandomAccess.Read(_handle, header, 8);
        using JsonDocument document = JsonDocument.Parse(header);
        foreach (JsonProperty tensor in document.RootElement.EnumerateObject())
        {
            if (tensor.Name == "__metadata__") continue;
            long[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(static length => length.GetInt64())];
            _tensors.Add(tensor.Name, new TensorInfo(tensor.Name, tensor.Value.GetProperty("dtype").GetString()!, shape));
            _offsets.Add(tensor.Name, tensor.Value.GetProperty("data_offsets")[0].GetInt64());
        }
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public override void Read(string name, long offset, Span<float> destination)
    {
        TensorInfo info = _tensors[name];
        long start = _dataStart + _offsets[name];
        if (info.ElementType != "F32") throw new ModelLoadException($"{Path}: {name}", "element type F32", info.ElementType);
        RandomAccess.Read(_handle, MemoryMarshal.AsBytes(destination), start + (offset * sizeof(float)));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _handle.Dispose();
        base.Dispose(disposing);
    }
}
