using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
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
            TimeSpan heard = turn.Wav is { } wav
                ? await HearAsync(session, Path.Combine(folder, wav), cancellationToken).ConfigureAwait(false)
                : await ReadAsync(session, turn.Text, cancellationToken).ConfigureAwait(false);
            Said said = await AnswerAsync(session, $"{conversation.Id}-{i}", cancellationToken).ConfigureAwait(false);
            _tally.AddTime(Stopwatch.GetElapsedTime(begun), heard + said.Duration, said.FirstAudio);
            _tally.Add(conversation, i, said.Text);
            if (turn.Observation is not { } observation) continue;
            await session.ObserveAsync(observation, cancellationToken).ConfigureAwait(false);
            said = await AnswerAsync(session, $"{conversation.Id}-{i}-tool", cancellationToken).ConfigureAwait(false);
            _tally.AddObservation(conversation, observation, said.Text);
        }
    }

    private static async Task<TimeSpan> ReadAsync(ILanguageModelSession session, string text, CancellationToken cancellationToken)
    {
        await session.ReadAsync(text, cancellationToken).ConfigureAwait(false);
        return TimeSpan.Zero;
    }

    // Heard as it is spoken: what is final is read by the language model at once.
    private async Task<TimeSpan> HearAsync(ILanguageModelSession session, string path, CancellationToken cancellationToken)
    {
        using ISpeechTokenizer tokenizer = tokenizers.Create();
        TimeSpan heard = TimeSpan.Zero;
        int told = 0;
        foreach (AudioFrame frame in AudioFrames.Read(path, FrameMilliseconds))
        {
            heard += frame.Duration;
            if (await tokenizer.AppendAsync(frame, cancellationToken).ConfigureAwait(false) is not { } update) continue;
            await session.HearAsync(update, cancellationToken).ConfigureAwait(false);
            told = update.FirstIndex + update.Tokens.Length;
        }

        Utterance utterance = await tokenizer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await session.HearAsync(new SpeechTokenUpdate(told, utterance.Speech[told..]), cancellationToken).ConfigureAwait(false);
        return heard;
    }

    private async Task<Said> AnswerAsync(ILanguageModelSession session, string name, CancellationToken cancellationToken)
    {
        long ended = Stopwatch.GetTimestamp();
        using ISpeechDecoder? decoder = decoders?.Create();
        var text = new StringBuilder();
        var samples = new List<float>();
        TimeSpan? first = null;
        await foreach (ReplyPart part in session.ReplyAsync(cancellationToken).ConfigureAwait(false))
        {
            if (part is ReplyPart.Text words) text.Append(words.Value);
            else if (part is ReplyPart.Speech speech && decoder is not null) Take(await decoder.AppendAsync(speech.Token, cancellationToken).ConfigureAwait(false));
        }

        if (decoder is not null) Take(await decoder.CompleteAsync(cancellationToken).ConfigureAwait(false));
        if (answers is not null && samples.Count > 0) WaveFile.WriteFloat32(Path.Combine(answers, name + ".wav"), CollectionsMarshal.AsSpan(samples), decoders!.OutputSampleRate);
        return new Said(text.ToString(), decoders?.OutputSampleRate.DurationOf(samples.Count) ?? TimeSpan.Zero, first);

        void Take(AudioFrame? ready)
        {
            if (ready is not { } frame) return;
            first ??= Stopwatch.GetElapsedTime(ended);
            samples.AddRange(frame.Samples.Span);
        }
    }

    private readonly record struct Said(string Text, TimeSpan Duration, TimeSpan? FirstAudio);
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
