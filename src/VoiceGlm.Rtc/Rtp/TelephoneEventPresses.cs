namespace VoiceGlm.Rtc;

/// <summary>The packets of one key press, one per packet time (RFC 4733 §2.5): all have the timestamp of its beginning, the end comes three times.</summary>
/// <param name="code">Which key.</param>
/// <param name="duration">How long it is pressed, in ticks of the clock; at most 65,535.</param>
/// <param name="step">Ticks between packets.</param>
public struct TelephoneEventPresses(byte code, ushort duration, ushort step)
{
    private const int Ends = 3;
    private const byte Volume = 10;

    private int _sent;
    private int _ends;

    /// <summary>Makes the next packet's payload.</summary>
    /// <param name="telephoneEvent">The payload.</param>
    /// <param name="isFirst">Whether the packet bears the marker.</param>
    /// <returns>False when the press is over.</returns>
    public bool TryNext(out TelephoneEvent telephoneEvent, out bool isFirst)
    {
        isFirst = _sent == 0;
        int elapsed = Math.Min(duration, ++_sent * step);
        bool isEnd = elapsed == duration;
        telephoneEvent = new TelephoneEvent(code, isEnd, Volume, (ushort)elapsed);
        return !isEnd || _ends++ < Ends;
    }
}
