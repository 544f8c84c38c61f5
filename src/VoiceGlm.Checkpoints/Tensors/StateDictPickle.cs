using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace VoiceGlm.Checkpoints;

/// <summary>Writes the pickle of a state dict of float tensors, each over a storage of its own that is named by its number.</summary>
/// <remarks>CPython Lib/pickletools.py, protocol 2; PyTorch torch/_utils.py <c>_rebuild_tensor_v2</c>.</remarks>
internal sealed class StateDictPickle
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Dictionary<string, byte> _memo = [];

    private StateDictPickle()
    {
    }

    /// <summary>The pickle of an ordered dictionary from name to tensor.</summary>
    public static byte[] Write(IReadOnlyList<CheckpointTensor> tensors)
    {
        var pickle = new StateDictPickle();
        pickle.Put([0x80, 2]);           // PROTO 2
        pickle.OrderedDictionary();
        pickle.Put("("u8);               // MARK
        for (int i = 0; i < tensors.Count; i++)
        {
            pickle.Text(tensors[i].Name);
            pickle.Tensor(tensors[i], i);
        }

        pickle.Put("u."u8);              // SETITEMS STOP
        return pickle._bytes.WrittenSpan.ToArray();
    }

    private void Tensor(CheckpointTensor tensor, int storage)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Put("(("u8);                     // MARK MARK
        Remembered("storage", () => Text("storage"));
        Global("torch", "FloatStorage");
        Text(storage.ToString(CultureInfo.InvariantCulture));
        Remembered("cpu", () => Text("cpu"));
        Integer(tensor.Count);
        Put("tQ"u8);                     // TUPLE BINPERSID: the storage
        Integer(0);                      // where the tensor begins in it
        Tuple(tensor.Shape);
        Tuple(StridesOf(tensor.Shape));
        Put([0x89]);                     // NEWFALSE: needs no gradient
        OrderedDictionary();             // no backward hooks
        Put("tR"u8);                     // TUPLE REDUCE
    }

    private void OrderedDictionary()
    {
        Global("collections", "OrderedDict");
        Put(")R"u8);                     // EMPTY_TUPLE REDUCE
    }

    private void Global(string module, string name) =>
        Remembered(name, () => Put(Encoding.ASCII.GetBytes($"c{module}\n{name}\n")));

    private void Remembered(string key, Action put)
    {
        if (_memo.TryGetValue(key, out byte index))
        {
            Put([(byte)'h', index]);     // BINGET
            return;
        }

        put();
        index = (byte)_memo.Count;
        _memo.Add(key, index);
        Put([(byte)'q', index]);         // BINPUT
    }

    private void Text(string value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(value);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        Put("X"u8);                      // BINUNICODE
        Put(length);
        Put(utf8);
    }

    private void Integer(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        if (value <= byte.MaxValue) Put([(byte)'K', bytes[0]]);                       // BININT1
        else if (value <= ushort.MaxValue) Put([(byte)'M', bytes[0], bytes[1]]);      // BININT2
        else if (value <= int.MaxValue) Put([(byte)'J', .. bytes[..sizeof(int)]]);    // BININT
        else Put([0x8A, sizeof(long), .. bytes]);                                     // LONG1
    }

    private void Tuple(IReadOnlyList<long> values)
    {
        const int LargestShortTuple = 3;
        if (values.Count > LargestShortTuple) Put("("u8);
        foreach (long value in values) Integer(value);
        Put(values.Count switch
        {
            0 => ")"u8,
            <= LargestShortTuple => [(byte)(0x84 + values.Count)],                    // TUPLE1, TUPLE2, TUPLE3
            _ => "t"u8,
        });
    }

    private static long[] StridesOf(IReadOnlyList<long> shape)
    {
        var strides = new long[shape.Count];
        long stride = 1;
        for (int i = strides.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        return strides;
    }

    private void Put(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);
}
