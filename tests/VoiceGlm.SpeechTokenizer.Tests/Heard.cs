namespace VoiceGlm.SpeechTokenizer.Tests;

/// <summary>What a tokenizer told of an utterance.</summary>
/// <param name="Utterance">The tokens at the end.</param>
/// <param name="Told">The tokens that the updates, applied in order, left.</param>
/// <param name="Replacements">Updates that changed tokens told before.</param>
internal sealed record Heard(int[] Utterance, int[] Told, int Replacements)
{
    /// <summary>Lets a tokenizer hear a whole utterance in chunks.</summary>
    public static async Task<Heard> InChunksAsync(ISpeechTokenizer tokenizer, ReadOnlyMemory<float> samples, SampleRate rate, int chunk)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var told = new List<int>();
        int replacements = 0;
        for (int start = 0; start < samples.Length; start += chunk)
        {
            var frame = new AudioFrame(samples.Slice(start, Math.Min(chunk, samples.Length - start)), rate, start);
            if (await tokenizer.AppendAsync(frame, cancellationToken) is not { } update) continue;
            if (update.FirstIndex < told.Count) replacements++;
            told.RemoveRange(update.FirstIndex, told.Count - update.FirstIndex);
            told.AddRange(Indices(update.Tokens));
        }

        Utterance utterance = await tokenizer.CompleteAsync(cancellationToken);
        return new Heard(Indices(utterance.Speech), [.. told], replacements);
    }

    /// <summary>The codebook indices of tokens.</summary>
    public static int[] Indices(ReadOnlyMemory<SpeechToken> tokens) => Array.ConvertAll(tokens.ToArray(), static token => token.CodebookIndex);
}
