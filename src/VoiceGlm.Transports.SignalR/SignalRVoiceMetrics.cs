using System.Diagnostics.Metrics;

namespace VoiceGlm.Transports.SignalR;

/// <summary>What the hub counts. Meter <c>VoiceGlm.Transports.SignalR</c>.</summary>
internal sealed class SignalRVoiceMetrics
{
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _resumed;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _flush;

    public SignalRVoiceMetrics(IMeterFactory meterFactory)
    {
        Meter meter = meterFactory.Create("VoiceGlm.Transports.SignalR");
        _active = meter.CreateUpDownCounter<long>("voiceglm.connection.active", "{connection}", "Sessions over the hub, those that wait to be resumed included.");
        _resumed = meter.CreateCounter<long>("voiceglm.connection.resumed", "{connection}", "Sessions that went on over another socket.");
        _dropped = meter.CreateCounter<long>("voiceglm.microphone.dropped_frames", "{frame}", "Frames of a microphone that nobody read in time.");
        _refused = meter.CreateCounter<long>("voiceglm.connection.refused_messages", "{message}", "Messages that broke a rule, by code.");
        _flush = meter.CreateHistogram(
            "voiceglm.connection.flush.duration", "s", "Time from barge-in until the client has said what was heard.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1] });
    }

    public void ConnectionOpened() => _active.Add(1);

    public void ConnectionClosed() => _active.Add(-1);

    public void ConnectionResumed() => _resumed.Add(1);

    public void FrameDropped() => _dropped.Add(1);

    public void MessageRefused(string code) => _refused.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Flushed(TimeSpan duration) => _flush.Record(duration.TotalSeconds);
}
