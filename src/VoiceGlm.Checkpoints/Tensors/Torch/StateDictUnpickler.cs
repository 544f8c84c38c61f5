using System.Globalization;

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

    private readonly string _path;
    private readonly PickleReader _reader;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];

    /// <summary>Prepares to read.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">The pickle.</param>
    public StateDictUnpickler(string path, byte[] bytes)
    {
        _path = path;
        _reader = new PickleReader(path, bytes);
    }

    private enum Callable
    {
        OrderedDict,
        RebuildTensor,
        RebuildParameter,
    }

    // Values below the last mark are out of reach.
    private int Floor => _marks.TryPeek(out int mark) ? mark : 0;

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
        char instruction = (char)_reader.TakeByte();
        switch (instruction)
        {
            case '\x80': RequireProtocol(_reader.TakeByte()); break; // PROTO
            case '\x95': _reader.Take(8); break; // FRAME
            case '.': return true; // STOP
            case '(': _marks.Push(_stack.Count); break; // MARK
            case '0': Pop(); break; // POP
            case 'N': _stack.Add(null); break; // NONE
            case '\x88': _stack.Add(true); break; // NEWTRUE
            case '\x89': _stack.Add(false); break; // NEWFALSE
            case 'J': _stack.Add((long)_reader.TakeInt32()); break; // BININT
            case 'K': _stack.Add((long)_reader.TakeByte()); break; // BININT1
            case 'M': _stack.Add((long)_reader.TakeUInt16()); break; // BININT2
            case '\x8a': _stack.Add(_reader.TakeLong()); break; // LONG1
            case 'G': _stack.Add(_reader.TakeDouble()); break; // BINFLOAT
            case 'X': _stack.Add(_reader.TakeText(_reader.TakeUInt32())); break; // BINUNICODE
            case '\x8c': _stack.Add(_reader.TakeText(_reader.TakeByte())); break; // SHORT_BINUNICODE
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
            case 'q': _memo[_reader.TakeByte()] = Peek(); break; // BINPUT
            case 'r': _memo[_reader.TakeUInt32()] = Peek(); break; // LONG_BINPUT
            case '\x94': _memo[(uint)_memo.Count] = Peek(); break; // MEMOIZE
            case 'h': _stack.Add(Recall(_reader.TakeByte())); break; // BINGET
            case 'j': _stack.Add(Recall(_reader.TakeUInt32())); break; // LONG_BINGET
            case 'c': _stack.Add(Global(_reader.TakeLine(), _reader.TakeLine())); break; // GLOBAL
            case '\x93': _stack.Add(StackGlobal(Pop(2))); break; // STACK_GLOBAL
            case 'Q': _stack.Add(Storage(Pop())); break; // BINPERSID
            case 'R': _stack.Add(Reduce(Pop(2))); break; // REDUCE
            case 'b': Build(Pop()); break; // BUILD
            default: throw Wrong("only the pickle instructions of a state dict", $"instruction 0x{(int)instruction:x2} at byte {_reader.Position - 1}");
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

    private static string Shorten(string text) => text.Length <= 100 ? text : $"{text[..100]}…";

    private ModelLoadException Wrong(string expected, string found) => new(_path, expected, found);

    private sealed record StorageType(string ElementType);
}
