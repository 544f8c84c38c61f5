using System.Diagnostics.Metrics;

namespace VoiceGlm.Conversation;

/// <summary>What conversations are measured by. Thread-safe.</summary>
internal sealed class ConversationMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "VoiceGlm.Conversation";

    private static readonly double[] s_latencyBounds = [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 0.75, 1, 2, 5];

    private readonly UpDownCounter<int> _active;
    private readonly UpDownCounter<int> _queued;
    private readonly Histogram<double> _bargeIn;
    private readonly Histogram<double> _firstAudio;
    private readonly Histogram<double> _saved;
    private readonly Histogram<double> _stage;
    private readonly Histogram<double> _realTimeFactor;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _perToken;

    public ConversationMetrics(IMeterFactory factory)
    {
        Meter meter = factory.Create(MeterName);
        _active = meter.CreateUpDownCounter<int>("voiceglm.session.active", "{session}", "Conversations that are held.");
        _queued = meter.CreateUpDownCounter<int>("voiceglm.session.queued", "{session}", "Conversations that wait for a place.");
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = s_latencyBounds };
        _firstAudio = meter.CreateHistogram(
            "voiceglm.turn.time_to_first_audio", "s", "Time from the decision that the user has finished to the first frame given to the connection.", advice: advice);
        _saved = meter.CreateHistogram(
            "voiceglm.turn.saved", "s", "What hearing while the user speaks, and beginning the reply at a pause, took from the time to first audio.", advice: advice);
        _stage = meter.CreateHistogram("voiceglm.stage.duration", "s", "Time that a turn spent in a stage, waiting for the device included.", advice: advice);
        _realTimeFactor = meter.CreateHistogram(
            "voiceglm.stage.real_time_factor", "1", "Time that a turn spent in a stage, by the duration of the sound; below 1 keeps up.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1.5, 3] });
        _firstToken = meter.CreateHistogram("gen_ai.server.time_to_first_token", "s", "Time until a reply's first token, once the prompt was read.", advice: advice);
        _perToken = meter.CreateHistogram(
            "gen_ai.server.time_per_output_token", "s", "Time that a reply waited for a token after the first, on average.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.2, 0.5] });
        _bargeIn = meter.CreateHistogram(
            "voiceglm.barge_in.duration", "s", "Time from the decision that the user interrupts until the reply has stopped and its memory is corrected.", advice: advice);
    }

    /// <summary>A conversation began (1) or ended (−1).</summary>
    public void CountActive(int change) => _active.Add(change);

    /// <summary>A conversation waits (1) or no longer does (−1).</summary>
    public void CountQueued(int change) => _queued.Add(change);

    /// <summary>A reply began to sound.</summary>
    public void Record(TurnTimings timings)
    {
        _firstAudio.Record(timings.FirstAudio.TotalSeconds);
        _saved.Record(timings.SavedByHearing.TotalSeconds, new KeyValuePair<string, object?>("by", "hearing"));
        _saved.Record(timings.SavedByGuessing.TotalSeconds, new KeyValuePair<string, object?>("by", "guessing"));
    }

    /// <summary>A turn has ended.</summary>
    public void Record(TurnWork work)
    {
        Record(work.Hearing, "speech_tokenizer");
        Record(work.Thinking, "language_model");
        Record(work.Speaking, "speech_decoder");
        StageWork thinking = work.Thinking;
        if (thinking.Steps > 0) _firstToken.Record(thinking.First.TotalSeconds);
        if (thinking.Steps > 1) _perToken.Record((thinking.Duration - thinking.First).TotalSeconds / (thinking.Steps - 1));
    }

    /// <summary>Measures how long an interruption takes.</summary>
    public async Task MeasureBargeInAsync(TimeProvider time, Task interruption)
    {
        long start = time.GetTimestamp();
        await interruption.ConfigureAwait(false);
        _bargeIn.Record(time.GetElapsedTime(start).TotalSeconds);
    }

    private void Record(StageWork work, string name)
    {
        if (work.Steps == 0) return;
        var stage = new KeyValuePair<string, object?>("stage", name);
        _stage.Record(work.Duration.TotalSeconds, stage);
        if (work.Sound > TimeSpan.Zero) _realTimeFactor.Record(work.Duration / work.Sound, stage);
    }
}
