using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace VoiceGlm.Cli;

/// <summary>A conversation to hold with a model: what is said, and what right answers look like.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Condition">What conversations are counted together by: who speaks, through what.</param>
/// <param name="Clock">What time it is, for a model that is told; null: now.</param>
/// <param name="Turns">What is said, in order.</param>
internal sealed record EvaluationConversation(
    [property: JsonRequired] string Id,
    [property: JsonRequired] string Condition,
    DateTime? Clock,
    [property: JsonRequired] IReadOnlyList<EvaluationTurn> Turns);

/// <summary>One thing that the user says.</summary>
/// <param name="Wav">Its sound, below the set's folder; null: <paramref name="Text"/> is written.</param>
/// <param name="Text">Its words.</param>
/// <param name="Intent">What the user wants, for people.</param>
/// <param name="Answer">A regular expression that the whole text of the reply matches when the model has understood what is wanted.</param>
/// <param name="Slots">One that it matches when every number and name is right as well; null: there are none.</param>
/// <param name="Observation">What a tool answers then; null: none was asked for.</param>
internal sealed record EvaluationTurn(
    string? Wav,
    [property: JsonRequired] string Text,
    [property: JsonRequired] string Intent,
    [property: JsonRequired] string Answer,
    string? Slots,
    string? Observation)
{
    private static readonly TimeSpan s_longestMatch = TimeSpan.FromSeconds(1);

    /// <summary>Whether a reply shows that what is wanted was understood.</summary>
    public bool IsAnswered(string reply) => Matches(reply, Answer);

    /// <summary>Whether its numbers and names are right as well.</summary>
    public bool HasSlots(string reply) => Slots is null || Matches(reply, Slots);

    private static bool Matches(string reply, string pattern) => Regex.IsMatch(reply, pattern, RegexOptions.CultureInvariant, s_longestMatch);
}

/// <summary>Reads a folder of conversations: <c>conversations.jsonl</c> and the sounds that it names.</summary>
internal static class EvaluationSet
{
    /// <summary>The file of conversations, a line each.</summary>
    public const string FileName = "conversations.jsonl";

    /// <summary>Reads all conversations, and checks that their sounds are there and their patterns can be read.</summary>
    /// <exception cref="InvalidDataException">Something is missing or cannot be read; the message says in which line.</exception>
    public static IReadOnlyList<EvaluationConversation> Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new InvalidDataException($"{path}: expected an evaluation set (see models/glm-4-voice-mini/training), found no such file.");
        var conversations = new List<EvaluationConversation>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) conversations.Add(ReadLine(folder, $"{path}, line {number}", line));
        }

        return conversations is [] ? throw new InvalidDataException($"{path}: expected at least one conversation, found none.") : conversations;
    }

    private static EvaluationConversation ReadLine(string folder, string place, string line)
    {
        try
        {
            EvaluationConversation conversation = JsonSerializer.Deserialize(line, CliJsonContext.Default.EvaluationConversation)
                ?? throw new InvalidDataException($"{place}: expected a conversation, found null.");
            if (conversation.Turns is []) throw new InvalidDataException($"{place}: expected at least one turn, found none.");
            foreach (EvaluationTurn turn in conversation.Turns)
            {
                if (turn.Wav is { } wav && !File.Exists(Path.Combine(folder, wav))) throw new InvalidDataException($"{place}: expected the sound {wav} in the folder, found no such file.");
                _ = turn.IsAnswered("");
                _ = turn.HasSlots("");
            }

            return conversation;
        }
        catch (Exception exception) when (exception is JsonException or RegexParseException)
        {
            throw new InvalidDataException($"{place}: expected a conversation as JSON, found something else ({exception.Message})", exception);
        }
    }
}
