using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VoiceGlm.Inference;

/// <summary>
/// A dense array in native memory that graphs read and write in place. Row-major. Not thread-safe. Dispose it: the memory is not
/// the garbage collector's.
/// </summary>
/// <remarks>
/// Memory of a new tensor is zero and, for large ones, committed by the operating system only where it is touched:
/// a key/value cache may be made as long as the context allows.
/// </remarks>
public sealed unsafe class Tensor : IDisposable
{
    private readonly long[] _shape;
    private readonly TensorElementType _elementType;
    private readonly TensorMemory _memory;
    private readonly void* _data;
    private readonly long _byteLength;
    private readonly OrtValue _value;
    private bool _disposed;

    private Tensor(TensorElementType elementType, long[] shape, TensorMemory memory, void* data, long byteLength)
    {
        _elementType = elementType;
        _shape = shape;
        _memory = memory;
        _data = data;
        _byteLength = byteLength;
        _value = OrtValue.CreateTensorValueWithData(memory.Place, elementType, shape, (nint)data, byteLength);
    }

    private Tensor(OrtValue value, OrtMemoryInfo? place = null)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        _elementType = info.ElementDataType;
        _shape = info.Shape;
        _memory = TensorMemory.Adopt(value, place);
        _data = _memory.Data;
        _byteLength = _memory.ByteLength;
        _value = value;
    }

    /// <summary>Length of each dimension.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Number of elements.</summary>
    public long Count => Volume(_shape);

    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    internal OrtValue Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _value;
        }
    }

    /// <summary>Makes a tensor of zeros.</summary>
    /// <typeparam name="T"><see cref="float"/>, <see cref="long"/>, <see cref="int"/>, <see cref="bool"/>, <see cref="byte"/> or <see cref="Half"/>.</typeparam>
    /// <param name="shape">Length of each dimension; a zero makes an empty tensor.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative.</exception>
    public static Tensor Create<T>(params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        TensorElementType elementType = ElementTypeOf<T>();
        long byteLength = checked(Volume(shape) * sizeof(T));
        var memory = TensorMemory.Allocate(byteLength);
        return new Tensor(elementType, shape.ToArray(), memory, memory.Data, byteLength);
    }

    /// <summary>Makes a tensor in a GPU's memory, its contents whatever they were. At most 2 GB.</summary>
    internal static Tensor CreateOnDevice<T>(OrtAllocator allocator, OrtMemoryInfo place, ReadOnlySpan<long> shape)
        where T : unmanaged => new(OrtValue.CreateAllocatedTensorValue(allocator, ElementTypeOf<T>(), shape.ToArray()), place);

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
    /// <exception cref="InvalidOperationException">The tensor holds another type, or more elements than a span can (2³¹ − 1), or is in a GPU's memory.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        Check<T>();
        if (!_memory.IsReadable) throw new InvalidOperationException("The tensor is in a GPU's memory, where only graphs read and write it.");
        long count = _byteLength / sizeof(T);
        return count <= int.MaxValue
            ? new Span<T>(_data, (int)count)
            : throw new InvalidOperationException($"A tensor of {count} elements does not fit a span; take views.");
    }

    /// <summary>A tensor over a part of this one's memory, which lives as long as either of them.</summary>
    /// <param name="offset">First element of the view.</param>
    /// <param name="shape">Shape of the view.</param>
    /// <exception cref="ArgumentOutOfRangeException">The view would reach past the end.</exception>
    /// <exception cref="InvalidOperationException">The tensor holds another type.</exception>
    public Tensor View<T>(long offset, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        Check<T>();
        long count = Volume(shape);
        long available = _byteLength / sizeof(T);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, available, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, available - count);
        return new Tensor(_elementType, shape.ToArray(), _memory.Share(), (byte*)_data + (offset * sizeof(T)), count * sizeof(T));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        // A value that a run has made belongs to the memory.
        if (!_memory.IsOf(_value)) _value.Dispose();
        _memory.Release();
    }

    /// <summary>Takes over a value that a run has made.</summary>
    internal static Tensor Adopt(OrtValue value) => new(value);

    private void Check<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        TensorElementType asked = ElementTypeOf<T>();
        if (asked != _elementType) throw new InvalidOperationException($"The tensor holds {_elementType}, not {asked}.");
    }

    private static long Volume(ReadOnlySpan<long> shape)
    {
        long volume = 1;
        foreach (long length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(shape));
            volume = checked(volume * length);
        }

        return volume;
    }

    private static TensorElementType ElementTypeOf<T>() =>
        typeof(T) == typeof(float) ? TensorElementType.Float
        : typeof(T) == typeof(long) ? TensorElementType.Int64
        : typeof(T) == typeof(int) ? TensorElementType.Int32
        : typeof(T) == typeof(bool) ? TensorElementType.Bool
        : typeof(T) == typeof(byte) ? TensorElementType.UInt8
        : typeof(T) == typeof(Half) ? TensorElementType.Float16
        : throw new NotSupportedException($"Tensors of {typeof(T).Name} are not supported.");
}
