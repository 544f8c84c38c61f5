using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace VoiceGlm.Cli;

/// <summary>One turn with a model: heard as it is spoken, answered as it is thought. Stateless.</summary>
internal static class SpokenTurn
{
    /// <summary>Hears an utterance: what is final is read by the language model at once.</summary>
    /// <param name="tokenizers">Hears.</param>
    /// <param name="session">Reads what was heard.</param>
    /// <param name="frames">The utterance.</param>
    /// <param name="cancellationToken">Ends the hearing.</param>
    /// <returns>Speech tokens of the utterance, and the timestamp of when its last frame had come.</returns>
    public static async Task<(int Tokens, long Ended)> HearAsync(
        ISpeechTokenizerFactory tokenizers, ILanguageModelSession session, IEnumerable<AudioFrame> frames, CancellationToken cancellationToken)
    {
        using ISpeechTokenizer tokenizer = tokenizers.Create();
        int told = 0;
        foreach (AudioFrame frame in frames)
        {
            if (await tokenizer.AppendAsync(frame, cancellationToken).ConfigureAwait(false) is not { } update) continue;
            await session.HearAsync(update, cancellationToken).ConfigureAwait(false);
            told = update.FirstIndex + update.Tokens.Length;
        }

        long ended = Stopwatch.GetTimestamp();
        Utterance utterance = await tokenizer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await session.HearAsync(new SpeechTokenUpdate(told, utterance.Speech[told..]), cancellationToken).ConfigureAwait(false);
        return (utterance.Speech.Length, ended);
    }

    /// <summary>Has the model answer what it heard or read.</summary>
    /// <param name="session">Thinks.</param>
    /// <param name="decoders">Speaks; null where nobody listens.</param>
    /// <param name="ended">When what is answered had ended, as a timestamp.</param>
    /// <param name="words">Told words as they come, or null.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    public static async Task<SpokenAnswer> AnswerAsync(
        ILanguageModelSession session, ISpeechDecoderFactory? decoders, long ended, Action<string>? words, CancellationToken cancellationToken)
    {
        using ISpeechDecoder? decoder = decoders?.Create();
        var text = new StringBuilder();
        var samples = new List<float>();
        int speechTokens = 0;
        TimeSpan? first = null;
        await foreach (ReplyPart part in session.ReplyAsync(cancellationToken).ConfigureAwait(false))
        {
            if (part is ReplyPart.Text said)
            {
                text.Append(said.Value);
                words?.Invoke(said.Value);
            }
            else if (part is ReplyPart.Speech speech)
            {
                speechTokens++;
                if (decoder is not null) Take(await decoder.AppendAsync(speech.Token, cancellationToken).ConfigureAwait(false));
            }
        }

        if (decoder is not null) Take(await decoder.CompleteAsync(cancellationToken).ConfigureAwait(false));
        return new SpokenAnswer(text.ToString(), speechTokens, samples, first);

        void Take(AudioFrame? ready)
        {
            if (ready is not { } frame) return;
            first ??= Stopwatch.GetElapsedTime(ended);
            samples.AddRange(frame.Samples.Span);
        }
    }
}

/// <summary>What a model answered.</summary>
/// <param name="Text">Its words.</param>
/// <param name="SpeechTokens">Its speech tokens.</param>
/// <param name="Samples">Its sound, at the decoder's rate; none where nobody listened.</param>
/// <param name="FirstAudio">From the end of what is answered to the first sound, or null.</param>
internal sealed record SpokenAnswer(string Text, int SpeechTokens, List<float> Samples, TimeSpan? FirstAudio)
{
    /// <summary>The sound as a span, valid until the list changes.</summary>
    public ReadOnlySpan<float> Sound => CollectionsMarshal.AsSpan(Samples);
}
