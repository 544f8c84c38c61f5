using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace VoiceGlm.Tools.Phone;

/// <summary>What a phone model answered: what it thought, and what it wants done.</summary>
/// <param name="Thought">What it thought; perhaps empty.</param>
/// <param name="Action">What it wants done; <see langword="null"/> where that cannot be read.</param>
/// <param name="Fault">Why it cannot be read: a sentence for the model.</param>
/// <remarks>The action grammar of Open-AutoGLM: the last complete <c>do(…)</c> or <c>finish(…)</c> counts, and is read, never run.</remarks>
internal sealed partial record PhoneReply(string Thought, PhoneAction? Action, string? Fault)
{
    private const int MaxPlace = 1000;
    private const int LongestWaitSeconds = 10;

    /// <summary>Reads an answer.</summary>
    public static PhoneReply Parse(string text)
    {
        int answer = text.LastIndexOf("<answer>", StringComparison.Ordinal);
        string body = answer >= 0 ? text[(answer + "<answer>".Length)..] : text;
        (Dictionary<string, object> Arguments, string Name, int Start)? last = null;
        for (int at = 0; at < body.Length;)
        {
            Match call = Beginning().Match(body, at);
            if (!call.Success) break;
            // A quote inside a text does not end it; where that reading fails, the first quote does.
            Reader? read = Reader.Read(body, call.Index + call.Length, isLenient: true) ?? Reader.Read(body, call.Index + call.Length, isLenient: false);
            if (read is null)
            {
                at = call.Index + call.Length;
                continue;
            }

            last = (read.Arguments, call.Groups["name"].Value, call.Index);
            at = read.End;
        }

        string thought = Tags().Replace(answer >= 0 ? text[..answer] : last is { } found ? body[..found.Start] : text, "").Trim();
        if (last is not { } wanted) return new PhoneReply(thought, null, "Expected one call do(action=…) or finish(message=…), found none that is complete.");
        try
        {
            return new PhoneReply(thought, wanted.Name == "finish" ? new PhoneAction.Finish(Text(wanted.Arguments, "message")) : Make(wanted.Arguments), null);
        }
        catch (FormatException exception)
        {
            return new PhoneReply(thought, null, exception.Message);
        }
    }

    private static PhoneAction Make(Dictionary<string, object> arguments) => Text(arguments, "action").Replace("_", " ", StringComparison.Ordinal).ToLowerInvariant() switch
    {
        "launch" => new PhoneAction.Launch(Text(arguments, "app")),
        "tap" => new PhoneAction.Tap(Place(arguments, "element", 0), Place(arguments, "element", 1), arguments.ContainsKey("message") ? Text(arguments, "message") : null),
        "double tap" => new PhoneAction.DoubleTap(Place(arguments, "element", 0), Place(arguments, "element", 1)),
        "long press" or "longpress" => new PhoneAction.LongPress(Place(arguments, "element", 0), Place(arguments, "element", 1)),
        "swipe" => new PhoneAction.Swipe(Place(arguments, "start", 0), Place(arguments, "start", 1), Place(arguments, "end", 0), Place(arguments, "end", 1)),
        "type" or "type name" => new PhoneAction.Type(Text(arguments, "text")),
        "back" => new PhoneAction.Back(),
        "home" => new PhoneAction.Home(),
        "wait" => new PhoneAction.Wait(Duration(arguments)),
        "note" or "call api" => new PhoneAction.Note(Text(arguments, arguments.ContainsKey("message") ? "message" : "instruction")),
        "interact" => new PhoneAction.Interact(arguments.ContainsKey("message") ? Text(arguments, "message") : ""),
        "take over" => new PhoneAction.TakeOver(Text(arguments, "message")),
        string other => throw new FormatException($"Expected a known action, found {other}."),
    };

    private static string Text(Dictionary<string, object> arguments, string name) =>
        arguments.GetValueOrDefault(name) is string text ? text : throw new FormatException($"Expected {name}=\"…\", found none.");

    private static int Place(Dictionary<string, object> arguments, string name, int index)
    {
        if (arguments.GetValueOrDefault(name) is not int[] { Length: 2 } place) throw new FormatException($"Expected {name}=[x,y], found none.");
        return place[index] is >= 0 and <= MaxPlace ? place[index] : throw new FormatException($"Expected {name} within 0 and 999, found {place[index]}.");
    }

    private static TimeSpan Duration(Dictionary<string, object> arguments)
    {
        Match number = Digits().Match(arguments.GetValueOrDefault("duration") as string ?? "");
        int seconds = number.Success && int.TryParse(number.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : 1;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 1, LongestWaitSeconds));
    }

    [GeneratedRegex(@"\b(?<name>do|finish)\(", RegexOptions.ExplicitCapture)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"</?(?:think|answer)>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\G\s*(?<name>\w+)\s*=\s*", RegexOptions.ExplicitCapture)]
    private static partial Regex ArgumentName();

    [GeneratedRegex(@"\G\[\s*(?<x>-?\d{1,6})\s*,\s*(?<y>-?\d{1,6})\s*\]", RegexOptions.ExplicitCapture)]
    private static partial Regex Pair();

    [GeneratedRegex(@"\G(?:\s*,\s*\w+\s*=|\s*\)\s*(?:$|<|\n))")]
    private static partial Regex AfterText();

    // The arguments of a call, up to its closing bracket.
    private sealed record Reader(Dictionary<string, object> Arguments, int End)
    {
        public static Reader? Read(string text, int at, bool isLenient)
        {
            var arguments = new Dictionary<string, object>();
            while (true)
            {
                Match name = ArgumentName().Match(text, at);
                if (!name.Success) return null;
                at = name.Index + name.Length;
                if (Pair().Match(text, at) is { Success: true } pair)
                {
                    arguments[name.Groups["name"].Value] = new[] { int.Parse(pair.Groups["x"].Value, CultureInfo.InvariantCulture), int.Parse(pair.Groups["y"].Value, CultureInfo.InvariantCulture) };
                    at = pair.Index + pair.Length;
                }
                else
                {
                    if (ReadText(text, ref at, isLenient && name.Groups["name"].Value != "action") is not { } value) return null;
                    arguments[name.Groups["name"].Value] = value;
                }

                while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
                if (at == text.Length) return null;
                if (text[at] == ')') return new Reader(arguments, at + 1);
                if (text[at++] != ',') return null;
            }
        }

        private static string? ReadText(string text, ref int at, bool isLenient)
        {
            if (at == text.Length || "\"'“”".IndexOf(text[at], StringComparison.Ordinal) < 0) return null;
            string ends = text[at] is '“' or '”' ? "“”\"" : text[at].ToString();
            var value = new StringBuilder();
            for (at++; at < text.Length; at++)
            {
                char letter = text[at];
                if (letter == '\\' && at + 1 < text.Length)
                {
                    value.Append(text[++at] switch
                    {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        char other => other,
                    });
                    continue;
                }

                if (ends.Contains(letter, StringComparison.Ordinal) && (!isLenient || AfterText().IsMatch(text, at + 1)))
                {
                    at++;
                    return value.ToString();
                }

                value.Append(letter);
            }

            return null;
        }
    }
}
