namespace VoiceGlm.Rtc;

/// <summary>Hears each key once: an event is many packets of one timestamp, and its end is sent three times (RFC 4733 §2.5). Not thread-safe.</summary>
internal struct TelephoneEventReceiver
{
    private uint _timestamp;
    private bool _began;
    private bool _ended;

    /// <summary>Takes a packet.</summary>
    /// <returns>Whether it is news: the first packet of a press that arrived, or its end.</returns>
    public bool IsNews(in TelephoneEvent telephoneEvent, uint timestamp)
    {
        // A packet that was overtaken belongs to a press that is over.
        if (_began && unchecked((int)(timestamp - _timestamp)) < 0) return false;
        bool begins = !_began || timestamp != _timestamp;
        if (!begins && (_ended || !telephoneEvent.IsEnd)) return false;
        _timestamp = timestamp;
        _began = true;
        _ended = telephoneEvent.IsEnd;
        return true;
    }
}
