using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>
/// Remembers when the packets of a transport arrived and writes it down for the sender, which measures the path by it
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01). Not thread-safe.
/// </summary>
internal sealed class TransportArrivals
{
    /// <summary>Packets of one feedback at most: more than five seconds of 20 ms.</summary>
    public const int Capacity = 256;

    /// <summary>Bytes of one feedback at most, behind the two sources.</summary>
    public const int MaximumLength = 8 + (2 * ((Capacity + StatusesPerChunk - 1) / StatusesPerChunk)) + (2 * Capacity) + 3;

    internal const int TicksPerReference = 256;
    internal const int StatusesPerChunk = 7;

    // A tick is 250 µs, a reference of 64 ms is 256 of them.
    private static readonly TimeSpan s_tick = TimeSpan.FromMicroseconds(250);

    private readonly long[] _ticks = new long[Capacity];
    private SequenceUnwrapper _unwrapper;
    private long _first = -1;
    private long _end;
    private byte _number;

    /// <summary>Whether there is anything to tell.</summary>
    public bool HasAny => _first >= 0;

    /// <summary>Remembers a packet. One that is older than what was told already is forgotten.</summary>
    public void Record(ushort sequenceNumber, TimeSpan arrival)
    {
        long sequence = _unwrapper.Unwrap(sequenceNumber);
        if (_first < 0)
        {
            if (sequence < _end) return;

            // The gap since the last feedback is told too, as far as it fits.
            _first = _end == 0 ? sequence : Math.Max(_end, sequence - Capacity + 1);
            _end = _first;
        }

        if (sequence < _first) return;
        if (sequence - _first >= Capacity) _first = sequence - Capacity + 1;
        for (_end = Math.Max(_end, _first); _end <= sequence; _end++)
            _ticks[_end % Capacity] = -1;
        if (_ticks[sequence % Capacity] < 0) _ticks[sequence % Capacity] = arrival.Ticks / s_tick.Ticks;
    }

    /// <summary>Writes what is remembered, from the base sequence number on, and forgets it.</summary>
    /// <returns>The bytes written, a multiple of four.</returns>
    internal int Take(Span<byte> place)
    {
        // The first delta is against the reference, so the reference lies before the first arrival.
        long first = _first;
        while (_ticks[first % Capacity] < 0)
            first++;
        long reference = _ticks[first % Capacity] / TicksPerReference, time = reference * TicksPerReference;
        int count = (int)(_end - _first), chunks = (count + StatusesPerChunk - 1) / StatusesPerChunk, at = 8 + (2 * chunks);
        BinaryPrimitives.WriteUInt16BigEndian(place, unchecked((ushort)_first));
        BinaryPrimitives.WriteUInt16BigEndian(place[2..], (ushort)count);
        BinaryPrimitives.WriteUInt32BigEndian(place[4..], unchecked(((uint)reference << 8) | _number++));
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            // A vector of seven statuses of two bits each.
            int word = 0b11;
            for (int i = 0; i < StatusesPerChunk; i++)
            {
                int index = (chunk * StatusesPerChunk) + i;
                long ticks = index < count ? _ticks[(_first + index) % Capacity] : -1;
                word = (word << 2) | (ticks < 0 ? 0 : WriteDelta(place, ref at, ref time, ticks));
            }

            BinaryPrimitives.WriteUInt16BigEndian(place[(8 + (2 * chunk))..], (ushort)word);
        }

        while (at % 4 != 0)
            place[at++] = 0;
        _first = -1;
        return at;
    }

    // A gap that two bytes cannot say (8 s) is said as long as they can; the sender's next reference sets it right.
    private static int WriteDelta(Span<byte> place, ref int at, ref long time, long ticks)
    {
        long delta = Math.Clamp(ticks - time, short.MinValue, short.MaxValue);
        time += delta;
        if (delta is >= 0 and <= byte.MaxValue)
        {
            place[at++] = (byte)delta;
            return 1;
        }

        BinaryPrimitives.WriteInt16BigEndian(place[at..], (short)delta);
        at += 2;
        return 2;
    }
}
