namespace VoiceGlm.Rtc;

/// <summary>Makes 16-bit sequence numbers go on beyond 65,535: each is taken as the nearest to the highest so far. Not thread-safe.</summary>
internal struct SequenceUnwrapper
{
    private long _highest;
    private bool _started;

    public long Unwrap(ushort sequenceNumber)
    {
        if (!_started)
        {
            _started = true;
            return _highest = sequenceNumber;
        }

        long unwrapped = _highest + (short)(sequenceNumber - (ushort)_highest);
        _highest = Math.Max(_highest, unwrapped);
        return unwrapped;
    }
}
