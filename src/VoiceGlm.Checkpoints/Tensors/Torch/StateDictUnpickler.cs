using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// Reads a pickled state dict as data. A pickle is a program; of its instructions and of the names it may call only those are known
/// here that a state dict needs, and none of them runs anything: a tensor becomes a description of where its elements lie.
/// </summary>
/// <remarks>Python's pickletools.py for the instructions; PyTorch serialization.py and _utils.py for the names.</remarks>
internal sealed class StateDictUnpickler
{
    // A tensor takes about sixty instructions of one state dict, so this is some seventy thousand tensors.
    private const int MaxInstructions = 1 << 22;
    private const int MaxDimensions = 64;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path;
    private readonly byte[] _bytes;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];

    /// <summary>Prepares to read.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">The pickle.</param>
    /// <param name="position">Where it begins.</param>
    public StateDictUnpickler(string path, byte[] bytes, int position = 0)
    {
        _path = path;
        _bytes = bytes;
        Position = position;
    }

    private enum Callable
    {
        OrderedDict,
        RebuildTensor,
        RebuildParameter,
    }

    /// <summary>First byte that has not been read.</summary>
    public int Position { get; private set; }

    /// <summary>
    /// Reads to the end of the pickle. None, bool, int, float and str become null, <see cref="bool"/>, <see cref="long"/>,
    /// <see cref="double"/> and <see cref="string"/>; tuple, list and dict become an array, a list and a <see cref="TorchDictionary"/>;
    /// tensors and parameters become a <see cref="TorchTensor"/>.
    /// </summary>
    /// <exception cref="ModelLoadException">The pickle is cut, or holds more than a state dict.</exception>
    public object? Load()
    {
        for (int i = 0; i < MaxInstructions; i++)
        {
            if (Step()) return Pop();
        }

        throw Wrong($"a pickle of at most {MaxInstructions} instructions", "more");
    }

    // The letters are those of pickletools. Returns whether the pickle has ended.
    private bool Step()
    {
        char instruction = (char)Take(1)[0];
        switch (instruction)
        {
            case '\x80': RequireProtocol(Take(1)[0]); break; // PROTO
            case '\x95': Take(8); break; // FRAME
            case '.': return true; // STOP
            case '(': _marks.Push(_stack.Count); break; // MARK
            case '0': Pop(); break; // POP
            case 'N': _stack.Add(null); break; // NONE
            case '\x88': _stack.Add(true); break; // NEWTRUE
            case '\x89': _stack.Add(false); break; // NEWFALSE
            case 'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break; // BININT
            case 'K': _stack.Add((long)Take(1)[0]); break; // BININT1
            case 'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break; // BININT2
            case '\x8a': _stack.Add(TakeLong()); break; // LONG1
            case 'G': _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break; // BINFLOAT
            case 'X': _stack.Add(Text(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))))); break; // BINUNICODE
            case '\x8c': _stack.Add(Text(Take(Take(1)[0]))); break; // SHORT_BINUNICODE
            case ']': _stack.Add(new List<object?>()); break; // EMPTY_LIST
            case 'a': Append([Pop()]); break; // APPEND
            case 'e': Append(PopToMark()); break; // APPENDS
            case ')': _stack.Add(Array.Empty<object?>()); break; // EMPTY_TUPLE
            case 't': _stack.Add(PopToMark()); break; // TUPLE
            case '\x85': _stack.Add(Pop(1)); break; // TUPLE1
            case '\x86': _stack.Add(Pop(2)); break; // TUPLE2
            case '\x87': _stack.Add(Pop(3)); break; // TUPLE3
            case '}': _stack.Add(new TorchDictionary()); break; // EMPTY_DICT
            case 's': SetItems(Pop(2)); break; // SETITEM
            case 'u': SetItems(PopToMark()); break; // SETITEMS
            case 'q': _memo[Take(1)[0]] = Peek(); break; // BINPUT
            case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Peek(); break; // LONG_BINPUT
            case '\x94': _memo[(uint)_memo.Count] = Peek(); break; // MEMOIZE
            case 'h': _stack.Add(Recall(Take(1)[0])); break; // BINGET
            case 'j': _stack.Add(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break; // LONG_BINGET
            case 'c': _stack.Add(Global(TakeLine(), TakeLine())); break; // GLOBAL
            case '\x93': _stack.Add(StackGlobal(Pop(2))); break; // STACK_GLOBAL
            case 'Q': _stack.Add(Storage(Pop())); break; // BINPERSID
            case 'R': _stack.Add(Reduce(Pop(2))); break; // REDUCE
            case 'b': Build(Pop()); break; // BUILD
            default: throw Wrong("only the pickle instructions of a state dict", $"instruction 0x{(int)instruction:x2} at byte {Position - 1}");
        }

        return false;
    }

    private void RequireProtocol(byte version)
    {
        if (version is < 2 or > 5) throw Wrong("a pickle of protocol 2 to 5", $"protocol {version}");
    }

    private object Global(string module, string name) => (module, name) switch
    {
        ("collections", "OrderedDict") => Callable.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2") => Callable.RebuildTensor,
        ("torch._utils", "_rebuild_parameter") => Callable.RebuildParameter,
        ("torch", "FloatStorage") => new StorageType("F32"),
        ("torch", "DoubleStorage") => new StorageType("F64"),
        ("torch", "HalfStorage") => new StorageType("F16"),
        ("torch", "BFloat16Storage") => new StorageType("BF16"),
        ("torch", "LongStorage") => new StorageType("I64"),
        ("torch", "IntStorage") => new StorageType("I32"),
        ("torch", "ShortStorage") => new StorageType("I16"),
        ("torch", "CharStorage") => new StorageType("I8"),
        ("torch", "ByteStorage") => new StorageType("U8"),
        ("torch", "BoolStorage") => new StorageType("BOOL"),
        _ => throw Wrong("a state dict, which is tensors and names alone", $"a pickle that asks for '{Shorten(module)}.{Shorten(name)}', which is not run"),
    };

    private object StackGlobal(object?[] names) => names is [string module, string name] ? Global(module, name) : throw Wrong("a module and a name", "other values");

    private TorchStorage Storage(object? id) => id switch
    {
        object?[] and ["storage", StorageType type, string key, string, long count] => new TorchStorage(key, type.ElementType, count),
        object?[] and ["storage", StorageType type, string key, string, long count, null] => new TorchStorage(key, type.ElementType, count),
        _ => throw Wrong("the name of a storage", "another persistent id"),
    };

    private object? Reduce(object?[] call) => call switch
    {
        [Callable.OrderedDict, object?[] and []] => new TorchDictionary(),
        [Callable.RebuildParameter, object?[] and [TorchTensor tensor, ..]] => tensor,
        [Callable.RebuildTensor, object?[] and [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]] =>
            new TorchTensor(storage, offset, Lengths(shape), Lengths(strides)),
        _ => throw Wrong("a call that makes a dict, a tensor or a parameter", "another"),
    };

    private long[] Lengths(object?[] values) => values.Length <= MaxDimensions && Array.TrueForAll(values, static value => value is long)
        ? Array.ConvertAll(values, static value => (long)value!)
        : throw Wrong($"a shape of at most {MaxDimensions} integers", "another");

    // What torch hangs on a state dict (_metadata: the versions of its modules) says nothing about tensors.
    private void Build(object? state)
    {
        if (state is not TorchDictionary || Peek() is not TorchDictionary) throw Wrong("attributes of a dict", "attributes of another object");
    }

    private void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0 || Peek() is not TorchDictionary dictionary) throw Wrong("a dict, keys and values", "other values");
        for (int i = 0; i < items.Length; i += 2)
        {
            dictionary[items[i] switch
            {
                string text => text,
                long number => number.ToString(CultureInfo.InvariantCulture),
                _ => throw Wrong("dict keys that are strings or integers", "another key"),
            }] = items[i + 1];
        }
    }

    private void Append(object?[] items)
    {
        if (Peek() is not List<object?> list) throw Wrong("a list to append to", "another value");
        list.AddRange(items);
    }

    private object? Recall(uint index) => _memo.TryGetValue(index, out object? value) ? value : throw Wrong("a value that was remembered", $"none of number {index}");

    private object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Wrong("a value on the stack", "none");

    private object? Pop() => Pop(1)[0];

    private object?[] Pop(int count)
    {
        if (_stack.Count - count < Floor) throw Wrong($"{count} values on the stack", $"{_stack.Count - Floor}");
        object?[] values = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private object?[] PopToMark()
    {
        if (!_marks.TryPop(out int mark)) throw Wrong("a mark on the stack", "none");
        return Pop(_stack.Count - mark);
    }

    private int Floor => _marks.TryPeek(out int mark) ? mark : 0;

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > _bytes.Length - Position) throw Wrong($"{count} more bytes at {Position}", "the end of the pickle");
        ReadOnlySpan<byte> taken = _bytes.AsSpan(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    private string TakeLine()
    {
        int length = _bytes.AsSpan(Position).IndexOf((byte)'\n');
        string line = Text(Take(length < 0 ? long.MaxValue : length));
        Position++;
        return line;
    }

    private long TakeLong()
    {
        ReadOnlySpan<byte> bytes = Take(Take(1)[0]);
        if (bytes.Length > sizeof(long)) throw Wrong("integers of at most 64 bits", $"one of {bytes.Length} bytes");
        Span<byte> wide = stackalloc byte[sizeof(long)];
        wide.Fill(bytes.Length > 0 && bytes[^1] >= 0x80 ? byte.MaxValue : byte.MinValue);
        bytes.CopyTo(wide);
        return BinaryPrimitives.ReadInt64LittleEndian(wide);
    }

    private string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelLoadException(_path, "text in UTF-8", $"other bytes before {Position}", exception);
        }
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : $"{text[..100]}…";

    private ModelLoadException Wrong(string expected, string found) => new(_path, expected, found);

    private sealed record StorageType(string ElementType);
}
