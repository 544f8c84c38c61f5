using Xunit;

namespace VoiceGlm.Testing;

/// <summary>Makes damaged inputs from good ones, the same every time. Not thread-safe.</summary>
/// <param name="seed">Which damage.</param>
/// <param name="seeds">The good inputs, each of at most 4,096 bytes.</param>
public sealed class Mutator(int seed, params byte[][] seeds)
{
    private const int DefaultCount = 20_000;
    private const int WarmUp = 1_000;

    private readonly Random _random = new(seed);
    private readonly byte[] _buffer = new byte[4096];

    /// <summary>How many inputs a parser gets: 20,000, or as many as <c>VOICEGLM_FUZZ_INPUTS</c> says.</summary>
    public static int Count { get; } = int.TryParse(Environment.GetEnvironmentVariable("VOICEGLM_FUZZ_INPUTS"), out int count) ? count : DefaultCount;

    /// <summary>Gives <see cref="Count"/> inputs to a parser; what it throws fails the test with the input.</summary>
    /// <param name="parse">The parser: it may write into what it gets.</param>
    /// <param name="maximumBytes">Bytes that one call may allocate.</param>
    public void Run(Action<Memory<byte>> parse, long maximumBytes = 0)
    {
        (long Bytes, int Input) worst = default;
        for (int i = 0; i < Count; i++)
        {
            int length = Next();
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                parse(_buffer.AsMemory(0, length));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Input {i}, {Convert.ToHexString(_buffer.AsSpan(0, length))}: {exception}", exception);
            }

            // The first calls load code and fill tables.
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (i >= WarmUp && allocated > worst.Bytes) worst = (allocated, i);
        }

        Assert.True(worst.Bytes <= maximumBytes, $"Expected at most {maximumBytes} bytes allocated, found {worst.Bytes} for input {worst.Input}.");
    }

    private int Next()
    {
        byte[] source = seeds[_random.Next(seeds.Length)];
        source.CopyTo(_buffer, 0);
        int length = source.Length;
        for (int edits = 1 + _random.Next(4); edits > 0; edits--)
            length = Edit(length);
        return length;
    }

    private int Edit(int length)
    {
        Span<byte> data = _buffer;
        int at = length == 0 ? 0 : _random.Next(length);
        switch (_random.Next(8))
        {
            case 0:
                data[at] ^= (byte)(1 << _random.Next(8));
                return length;
            case 1:
                data[at] = (byte)_random.Next(256);
                return length;
            case 2:
                data[at] = _random.Next(2) == 0 ? (byte)0 : (byte)255;
                return length;
            case 3:
                return at;
            case 4 when length < _buffer.Length - 64:
                int more = _random.Next(64);
                _random.NextBytes(data.Slice(length, more));
                return length + more;
            case 5 when length > 0:
                // A piece goes.
                int cut = Math.Min(length - at, 1 + _random.Next(16));
                data[(at + cut)..length].CopyTo(data[at..]);
                return length - cut;
            case 6 when length is > 0 and < 2048:
                // A piece comes twice.
                int piece = Math.Min(length - at, 1 + _random.Next(64));
                data[at..length].CopyTo(data[(at + piece)..]);
                return length + piece;
            default:
                // Two bytes that may be a length.
                if (at + 1 < length) (data[at], data[at + 1]) = ((byte)_random.Next(_random.Next(2) == 0 ? 1 : 256), (byte)_random.Next(256));
                return length;
        }
    }
}
