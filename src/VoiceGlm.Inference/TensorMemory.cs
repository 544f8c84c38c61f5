using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace VoiceGlm.Inference;

/// <summary>Native memory that a tensor and its views share; the last of them frees it. Thread-safe.</summary>
/// <remarks>No finalizer: a span over the memory does not keep the tensor alive, and memory that is never freed beats memory freed in use.</remarks>
internal sealed unsafe class TensorMemory
{
    private const nuint Alignment = 64;

    private readonly void* _allocation;
    private readonly OrtValue? _made;
    private int _users = 1;

    private TensorMemory(void* allocation, void* data, long byteLength, OrtValue? made, OrtMemoryInfo place)
    {
        Place = place;
        _allocation = allocation;
        _made = made;
        Data = data;
        ByteLength = byteLength;
    }

    /// <summary>The first byte.</summary>
    public void* Data { get; }

    /// <summary>Number of bytes.</summary>
    public long ByteLength { get; }

    /// <summary>Where the memory is: this process's, or a GPU's.</summary>
    public OrtMemoryInfo Place { get; }

    /// <summary>Whether this process can read and write it.</summary>
    public bool IsReadable => ReferenceEquals(Place, OrtMemoryInfo.DefaultInstance);

    /// <summary>Takes zeroed memory that begins at a multiple of 64.</summary>
    public static TensorMemory Allocate(long byteLength)
    {
        void* allocation = NativeMemory.AllocZeroed((nuint)byteLength + Alignment);
        void* data = (void*)(((nuint)allocation + Alignment - 1) & ~(Alignment - 1));
        return new TensorMemory(allocation, data, byteLength, made: null, OrtMemoryInfo.DefaultInstance);
    }

    /// <summary>Takes over the memory of a value that the runtime has made.</summary>
    /// <param name="value">The value.</param>
    /// <param name="place">Where its memory is, or <see langword="null"/> for this process's.</param>
    public static TensorMemory Adopt(OrtValue value, OrtMemoryInfo? place = null)
    {
        Span<byte> bytes = value.GetTensorMutableRawData();
        void* data = System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        return new TensorMemory(null, data, bytes.Length, value, place ?? OrtMemoryInfo.DefaultInstance);
    }

    /// <summary>Whether the memory is that of a value that the runtime has made.</summary>
    public bool IsOf(OrtValue value) => ReferenceEquals(_made, value);

    /// <summary>Counts another user.</summary>
    public TensorMemory Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Counts a user less.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        NativeMemory.Free(_allocation);
        _made?.Dispose();
    }
}
