namespace VoiceGlm.Checkpoints;

/// <summary>A tokenizer's added tokens with the run of speech tokens told apart.</summary>
/// <param name="ByName">The tokens but the speech tokens.</param>
/// <param name="FirstSpeechToken">Id of <c>&lt;|audio_0|&gt;</c>.</param>
/// <param name="SpeechTokenCount">Number of speech tokens; their ids follow one another.</param>
internal sealed record SpecialTokens(IReadOnlyDictionary<string, int> ByName, int FirstSpeechToken, int SpeechTokenCount)
{
    /// <summary>Tells the tokens apart.</summary>
    /// <param name="addedTokens">Ids by name.</param>
    /// <param name="path">The file they are from, for messages.</param>
    /// <exception cref="ModelLoadException">There are no speech tokens, or their ids do not follow one another.</exception>
    public static SpecialTokens From(IReadOnlyDictionary<string, int> addedTokens, string path)
    {
        if (!addedTokens.TryGetValue(SpeechToken(0), out int first)) throw new ModelLoadException(path, $"the speech token {SpeechToken(0)}", "no such token");
        var others = new Dictionary<string, int>(addedTokens);
        int count = 0;
        for (; others.Remove(SpeechToken(count), out int id); count++)
        {
            if (id != first + count) throw new ModelLoadException($"{path}: {SpeechToken(count)}", $"id {first + count}", $"id {id}");
        }

        return new SpecialTokens(others, first, count);
    }

    private static string SpeechToken(int index) => $"<|audio_{index}|>";
}
