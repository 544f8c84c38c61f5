using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.Sip;

/// <summary>Keys that this side presses, packet by packet (RFC 4733): 100 ms each, and as long between two. Not thread-safe.</summary>
internal sealed class SipPresses
{
    private const int PressBeats = 5;
    private const int GapBeats = 5;

    private readonly Queue<char> _waiting = new();
    private TelephoneEventPresses _press;
    private bool _isPressed;
    private uint _timestamp;
    private int _gap;

    /// <summary>Whether anything is pressed, or waits to be.</summary>
    public bool IsBusy => _isPressed || _waiting.Count > 0 || _gap > 0;

    /// <summary>Adds keys.</summary>
    public void Add(string keys)
    {
        foreach (char key in keys) _waiting.Enqueue(key);
    }

    /// <summary>Sends the packet of this beat, in place of sound.</summary>
    /// <param name="session">Where to.</param>
    /// <param name="timestamp">The time of the beat, in ticks of the clock of sound.</param>
    /// <returns>False where sound is to be sent.</returns>
    public bool Beat(PhoneSession session, uint timestamp)
    {
        if (!_isPressed)
        {
            if (_gap > 0) _gap--;
            if (_gap > 0 || !_waiting.TryDequeue(out char key) || session.Agreement?.SendEvent is not { } format) return false;
            int step = format.Format.ClockRate / 50;
            _press = new TelephoneEventPresses(TelephoneEvent.CodeOf(key), (ushort)(PressBeats * step), (ushort)step);
            _timestamp = timestamp;
            _isPressed = true;
        }

        if (_press.TryNext(out TelephoneEvent telephoneEvent, out bool isFirst))
        {
            session.SendTelephoneEvent(telephoneEvent, _timestamp, isFirst);
            return true;
        }

        _isPressed = false;
        _gap = GapBeats;
        return false;
    }
}
