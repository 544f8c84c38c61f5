namespace VoiceGlm.Rtc;

/// <summary>Counts what arrives from one source, for the reports to its sender (RFC 3550, appendices A.3 and A.8). Not thread-safe.</summary>
/// <param name="ssrc">The source.</param>
/// <param name="clockRate">Ticks of its timestamps per second.</param>
internal sealed class ReceptionStatistics(uint ssrc, int clockRate)
{
    private SequenceUnwrapper _unwrapper;
    private long _first = -1;
    private long _highest;
    private long _received;
    private long _expectedBefore;
    private long _receivedBefore;
    private uint _transitBefore;
    private double _jitter;
    private uint _lastSenderReport;
    private TimeSpan _senderReportAt;

    public uint Ssrc => ssrc;

    /// <summary>The highest number so far, which goes on beyond 65,535; −1 before the first packet.</summary>
    public long Highest => _first < 0 ? -1 : _highest;

    /// <summary>Counts a packet.</summary>
    /// <param name="sequenceNumber">Its number.</param>
    /// <param name="timestamp">Its timestamp.</param>
    /// <param name="arrival">When it came, by any steady clock.</param>
    /// <returns>Its number, which goes on beyond 65,535.</returns>
    public long Record(ushort sequenceNumber, uint timestamp, TimeSpan arrival)
    {
        long sequence = _unwrapper.Unwrap(sequenceNumber);
        uint transit = unchecked((uint)(long)(arrival.TotalSeconds * clockRate) - timestamp);
        if (_first < 0)
        {
            _first = sequence;
            _highest = sequence;
        }
        else
        {
            _jitter += (Math.Abs((double)unchecked((int)(transit - _transitBefore))) - _jitter) / 16;
            _highest = Math.Max(_highest, sequence);
            _first = Math.Min(_first, sequence);
        }

        _transitBefore = transit;
        _received++;
        return sequence;
    }

    /// <summary>Takes note of a sender report.</summary>
    public void Record(in SenderReport report, TimeSpan arrival)
    {
        _lastSenderReport = report.MiddleTime;
        _senderReportAt = arrival;
    }

    /// <summary>What to tell the sender; what is lost counts from the report before.</summary>
    public ReceptionReport Report(TimeSpan now)
    {
        long expected = _first < 0 ? 0 : _highest - _first + 1;
        long expectedNow = expected - _expectedBefore, lostNow = expectedNow - (_received - _receivedBefore);
        _expectedBefore = expected;
        _receivedBefore = _received;
        byte fraction = expectedNow <= 0 || lostNow <= 0 ? (byte)0 : (byte)Math.Min(255, lostNow * 256 / expectedNow);
        uint delay = _lastSenderReport == 0 ? 0 : (uint)((now - _senderReportAt).TotalSeconds * 65_536);
        return new ReceptionReport(ssrc, fraction, (int)(expected - _received), unchecked((uint)_highest), (uint)_jitter, _lastSenderReport, delay);
    }
}
