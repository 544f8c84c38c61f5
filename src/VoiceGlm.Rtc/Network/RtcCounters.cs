using System.Diagnostics.Metrics;

namespace VoiceGlm.Rtc;

/// <summary>Counts what passes and what is dropped, for all sessions together; also as instruments of the meter <c>VoiceGlm.Rtc</c>. Thread-safe.</summary>
public sealed class RtcCounters : IDisposable
{
    private static readonly PacketDrop[] s_reasons = Enum.GetValues<PacketDrop>();

    private readonly long[] _drops = new long[s_reasons.Length];
    private readonly Meter _meter = new("VoiceGlm.Rtc");
    private long _packetsReceived;
    private long _packetsSent;
    private long _bytesReceived;
    private long _bytesSent;
    private long _handshakesFailed;

    internal RtcCounters(Func<int> sessions)
    {
        _meter.CreateObservableGauge("voiceglm.rtc.session.active", sessions, "{session}", "Sessions that have an answer and are not closed.");
        _meter.CreateObservableCounter("voiceglm.rtc.packets.received", () => PacketsReceived, "{packet}", "Packets from the network, dropped ones included.");
        _meter.CreateObservableCounter("voiceglm.rtc.packets.sent", () => PacketsSent, "{packet}", "Packets that the network took.");
        _meter.CreateObservableCounter("voiceglm.rtc.handshakes.failed", () => HandshakesFailed, "{handshake}", "Handshakes that gave no keys.");
        _meter.CreateObservableCounter(
            "voiceglm.rtc.packets.dropped",
            () => s_reasons.Select(reason => new Measurement<long>(Dropped(reason), KeyValuePair.Create<string, object?>("reason", reason.ToString()))),
            "{packet}",
            "Packets that were dropped, by reason.");
    }

    /// <summary>Packets from the network, dropped ones included.</summary>
    public long PacketsReceived => Volatile.Read(ref _packetsReceived);

    /// <summary>Packets that the network took.</summary>
    public long PacketsSent => Volatile.Read(ref _packetsSent);

    /// <summary>Bytes from the network, behind UDP's head.</summary>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>Bytes that the network took, behind UDP's head.</summary>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>Handshakes that gave no keys: the certificate was another than the offer's, nothing was agreed on, or the peer was gone.</summary>
    public long HandshakesFailed => Volatile.Read(ref _handshakesFailed);

    /// <summary>Packets that were dropped for one reason.</summary>
    public long Dropped(PacketDrop reason) => Volatile.Read(ref _drops[(int)reason]);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Received(int bytes)
    {
        Interlocked.Increment(ref _packetsReceived);
        Interlocked.Add(ref _bytesReceived, bytes);
    }

    internal void Sent(int bytes)
    {
        Interlocked.Increment(ref _packetsSent);
        Interlocked.Add(ref _bytesSent, bytes);
    }

    internal void FailHandshake() => Interlocked.Increment(ref _handshakesFailed);

    internal void Drop(PacketDrop reason) => Interlocked.Increment(ref _drops[(int)reason]);
}
