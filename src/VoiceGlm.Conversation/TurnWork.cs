using System.Diagnostics;

namespace VoiceGlm.Conversation;

/// <summary>What the stages did for one turn, told as figures and as a trace when the turn has ended.</summary>
internal sealed class TurnWork(TimeProvider time)
{
    private static readonly ActivitySource s_source = new(ConversationMetrics.MeterName);

    private readonly Activity? _span = Begin();

    /// <summary>Speech tokens of what the user said.</summary>
    public StageWork Hearing { get; } = new(VoiceStage.SpeechTokenizer, time);

    /// <summary>The parts of the reply; a step is a part.</summary>
    public StageWork Thinking { get; } = new(VoiceStage.LanguageModel, time);

    /// <summary>Sound of the reply.</summary>
    public StageWork Speaking { get; } = new(VoiceStage.SpeechDecoder, time);

    /// <summary>Sound on its way to the ear.</summary>
    public StageWork Playing { get; } = new(VoiceStage.Playout, time);

    /// <summary>The turn has ended.</summary>
    public void End(TurnId turn, TurnStatus status, ConversationMetrics metrics)
    {
        metrics.Record(this);
        if (_span is null) return;
        Hearing.Trace("tokenize", _span);
        Thinking.Trace("generate", _span);
        Speaking.Trace("decode", _span);
        Playing.Trace("play", _span);
        _span.SetTag("voiceglm.turn", turn.Value).SetTag("voiceglm.turn.status", status.ToString());
        _span.Dispose();
    }

    // The session goes on while the turn lasts, so its span is not what the session does.
    private static Activity? Begin()
    {
        Activity? around = Activity.Current;
        Activity? span = s_source.StartActivity("voice.turn", ActivityKind.Internal, parentContext: default);
        Activity.Current = around;
        return span;
    }
}
