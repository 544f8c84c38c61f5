using System.Diagnostics;
using VoiceGlm.Audio;
using VoiceGlm.LanguageModel;
using VoiceGlm.SpeechDecoder;
using VoiceGlm.SpeechTokenizer;

namespace VoiceGlm.Cli;

/// <summary>Holds conversations with a model, one after the other, and counts what it answers right. Not thread-safe.</summary>
/// <param name="tokenizers">Hears.</param>
/// <param name="language">Thinks; told the time by <paramref name="clock"/>.</param>
/// <param name="decoders">Speaks; null where nobody listens.</param>
/// <param name="clock">Set to each conversation's time.</param>
/// <param name="folder">The set's folder.</param>
/// <param name="answers">A folder that receives what is said, or null.</param>
internal sealed class Evaluator(
    WhisperVqTokenizerFactory tokenizers, GlmVoiceModel language, FlowSpeechDecoderFactory? decoders, EvaluationClock clock, string folder, string? answers)
{
    private const int FrameMilliseconds = 20;

    private readonly EvaluationTally _tally = new();

    /// <summary>What was counted so far.</summary>
    public EvaluationResult Result => _tally.ToResult();

    /// <summary>Holds one conversation.</summary>
    public async Task HoldAsync(EvaluationConversation conversation, CancellationToken cancellationToken)
    {
        clock.Now = conversation.Clock;
        await using ILanguageModelSession session = language.CreateSession();
        for (int i = 0; i < conversation.Turns.Count; i++)
        {
            EvaluationTurn turn = conversation.Turns[i];
            long begun = Stopwatch.GetTimestamp();
            (TimeSpan heard, long ended) = await TakeAsync(session, turn, cancellationToken).ConfigureAwait(false);
            SpokenAnswer answer = await AnswerAsync(session, ended, $"{conversation.Id}-{i}", cancellationToken).ConfigureAwait(false);
            _tally.AddTime(Stopwatch.GetElapsedTime(begun), heard + DurationOf(answer), answer.FirstAudio);
            _tally.Add(conversation, i, answer.Text);
            if (turn.Observation is not { } observation) continue;
            await session.ObserveAsync(observation, cancellationToken).ConfigureAwait(false);
            answer = await AnswerAsync(session, Stopwatch.GetTimestamp(), $"{conversation.Id}-{i}-tool", cancellationToken).ConfigureAwait(false);
            _tally.AddObservation(conversation, observation, answer.Text);
        }
    }

    // How long it was heard, and when it had ended.
    private async Task<(TimeSpan Heard, long Ended)> TakeAsync(ILanguageModelSession session, EvaluationTurn turn, CancellationToken cancellationToken)
    {
        long written = Stopwatch.GetTimestamp();
        if (turn.Wav is not { } wav)
        {
            await session.ReadAsync(turn.Text, cancellationToken).ConfigureAwait(false);
            return (TimeSpan.Zero, written);
        }

        List<AudioFrame> frames = AudioFrames.Read(Path.Combine(folder, wav), FrameMilliseconds);
        (_, long ended) = await SpokenTurn.HearAsync(tokenizers, session, frames, cancellationToken).ConfigureAwait(false);
        return (frames.Aggregate(TimeSpan.Zero, static (sum, frame) => sum + frame.Duration), ended);
    }

    private async Task<SpokenAnswer> AnswerAsync(ILanguageModelSession session, long ended, string name, CancellationToken cancellationToken)
    {
        SpokenAnswer answer = await SpokenTurn.AnswerAsync(session, decoders, ended, words: null, cancellationToken).ConfigureAwait(false);
        if (answers is not null && answer.Samples.Count > 0) WaveFile.WriteFloat32(Path.Combine(answers, name + ".wav"), answer.Sound, decoders!.OutputSampleRate);
        return answer;
    }

    private TimeSpan DurationOf(SpokenAnswer answer) => decoders?.OutputSampleRate.DurationOf(answer.Samples.Count) ?? TimeSpan.Zero;
}

/// <summary>A clock that stands still at what a conversation says it is.</summary>
internal sealed class EvaluationClock : TimeProvider
{
    /// <summary>The time, or null for the machine's.</summary>
    public DateTime? Now { get; set; }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => Now is null ? base.LocalTimeZone : TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Now is { } now ? new DateTimeOffset(DateTime.SpecifyKind(now, DateTimeKind.Utc)) : base.GetUtcNow();
}
