using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VoiceGlm.Inference;

/// <summary>
/// A dense array in native memory that graphs read and write in place. Row-major. Not thread-safe.
/// </summary>
/// <remarks>
/// Memory of a new tensor is zero and, for large ones, committed by the operating system only where it is touched:
/// a key/value cache may be made as long as the context allows.
/// </remarks>
public sealed unsafe class Tensor : IDisposable
{
    private readonly long[] _shape;
    private readonly void* _allocation;
    private readonly void* _data;
    private readonly long _byteLength;
    private readonly Tensor? _owner;
    private bool _disposed;

    private Tensor(TensorElementType elementType, long[] shape, void* allocation, void* data, long byteLength, Tensor? owner)
    {
        _shape = shape;
        _allocation = allocation;
        _data = data;
        _byteLength = byteLength;
        _owner = owner;
        Value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, elementType, shape, (nint)data, byteLength);
    }

    private Tensor(OrtValue value)
    {
        Value = value;
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        _shape = info.Shape;
        Span<byte> bytes = value.GetTensorMutableRawData();
        _data = bytes.Length == 0 ? null : System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        _byteLength = bytes.Length;
    }

    /// <summary>Length of each dimension.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Number of elements.</summary>
    public long Count => Volume(_shape);

    internal OrtValue Value { get; }

    /// <summary>Makes a tensor of zeros.</summary>
    /// <typeparam name="T"><see cref="float"/>, <see cref="long"/>, <see cref="int"/>, <see cref="bool"/>, <see cref="byte"/> or <see cref="Half"/>.</typeparam>
    /// <param name="shape">Length of each dimension; a zero makes an empty tensor.</param>
    public static Tensor Create<T>(params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        const nuint Alignment = 64;
        long byteLength = Volume(shape) * sizeof(T);
        void* allocation = NativeMemory.AllocZeroed((nuint)byteLength + Alignment);
        void* data = (void*)(((nuint)allocation + Alignment - 1) & ~(Alignment - 1));
        return new Tensor(ElementTypeOf<T>(), shape.ToArray(), allocation, data, byteLength, owner: null);
    }

    /// <summary>Makes a tensor with the given contents.</summary>
    /// <exception cref="ArgumentException">The number of values is not the product of the shape.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        if (values.Length != Volume(shape))
        {
            throw new ArgumentException($"{values.Length} values do not fill shape [{string.Join(", ", shape.ToArray())}].", nameof(values));
        }

        Tensor tensor = Create<T>(shape);
        values.CopyTo(tensor.AsSpan<T>());
        return tensor;
    }

    /// <summary>The elements, row-major. Valid until the tensor is disposed.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds more elements than a span can (2³¹ − 1).</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        long count = _byteLength / sizeof(T);
        return count <= int.MaxValue
            ? new Span<T>(_data, (int)count)
            : throw new InvalidOperationException($"A tensor of {count} elements does not fit a span; take views.");
    }

    /// <summary>A tensor over a part of this one's memory. This tensor must outlive the view.</summary>
    /// <param name="offset">First element of the view.</param>
    /// <param name="shape">Shape of the view.</param>
    /// <exception cref="ArgumentOutOfRangeException">The view would reach past the end.</exception>
    public Tensor View<T>(long offset, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        long byteLength = Volume(shape) * sizeof(T);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((offset * sizeof(T)) + byteLength, _byteLength, nameof(offset));
        return new Tensor(ElementTypeOf<T>(), shape.ToArray(), null, (byte*)_data + (offset * sizeof(T)), byteLength, owner: this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Value.Dispose();
        if (_owner is null && _allocation is not null) NativeMemory.Free(_allocation);
    }

    /// <summary>Takes over a value that a run has made.</summary>
    internal static Tensor Adopt(OrtValue value) => new(value);

    private static long Volume(ReadOnlySpan<long> shape)
    {
        long volume = 1;
        foreach (long length in shape) volume = checked(volume * length);
        return volume;
    }

    private static TensorElementType ElementTypeOf<T>() => default(T) switch
    {
        float => TensorElementType.Float,
        long => TensorElementType.Int64,
        int => TensorElementType.Int32,
        bool => TensorElementType.Bool,
        byte => TensorElementType.UInt8,
        Half => TensorElementType.Float16,
        _ => throw new NotSupportedException($"Tensors of {typeof(T).Name} are not supported."),
    };
}
