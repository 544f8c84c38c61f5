using System.Globalization;

namespace VoiceGlm.LanguageModel;

/// <summary>The special tokens by name and id. Thread-safe.</summary>
internal sealed class SpecialTokenTable
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<int, string> _names;
    private readonly int[] _lengths;
    private readonly string _firstCharacters;

    /// <summary>Makes the table, speech tokens included.</summary>
    public SpecialTokenTable(IReadOnlyDictionary<string, int> tokens, SpeechVocabulary speech)
    {
        _ids = new Dictionary<string, int>(tokens);
        for (int i = 0; i < speech.CodebookSize; i++)
        {
            _ids[string.Create(CultureInfo.InvariantCulture, $"<|audio_{i}|>")] = speech.ToTokenId(new SpeechToken(i)).Value;
        }

        _names = _ids.ToDictionary(static token => token.Value, static token => token.Key);
        _lengths = [.. _ids.Keys.Select(static name => name.Length).Distinct().OrderDescending()];
        _firstCharacters = string.Concat(_ids.Keys.Select(static name => name[0]).Distinct());
    }

    /// <summary>The id of a name, if it is a special token's.</summary>
    public bool TryGetId(string name, out int id) => _ids.TryGetValue(name, out id);

    /// <summary>The name of an id, if it is a special token's.</summary>
    public bool TryGetName(int id, out string name) => _names.TryGetValue(id, out name!);

    /// <summary>Finds the first special token in a text, the longest where several begin.</summary>
    /// <returns>Its place, or −1; its length and its id.</returns>
    public (int Start, int Length, int Id) Find(ReadOnlySpan<char> text)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int start = 0; start < text.Length; start++)
        {
            int step = text[start..].IndexOfAny(_firstCharacters);
            if (step < 0) break;
            start += step;
            foreach (int length in _lengths)
            {
                if (start + length <= text.Length && ids.TryGetValue(text.Slice(start, length), out int id)) return (start, length, id);
            }
        }

        return (-1, 0, 0);
    }
}
