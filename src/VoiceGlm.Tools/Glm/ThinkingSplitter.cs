using System.Text;

namespace VoiceGlm.Tools.Glm;

/// <summary>
/// Tells thoughts from the answer where a model writes both into one text, whatever pieces it comes in: <c>&lt;think&gt;</c> and
/// <c>&lt;/think&gt;</c>, <c>&lt;answer&gt;</c>, <c>###Thinking</c> and <c>###Response</c>, and boxes around answers. Not thread-safe.
/// </summary>
internal sealed class ThinkingSplitter
{
    private static readonly (string Marker, State? Next)[] s_markers =
    [
        ("<think>", State.Thinking), ("</think>", State.Answer), ("###Thinking", State.Thinking), ("###Response", State.Answer),
        ("<answer>", State.Answer), ("</answer>", null), ("<|begin_of_box|>", null), ("<|end_of_box|>", null),
    ];

    private readonly StringBuilder _held = new();
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _thoughts = new();
    private State _state;

    /// <param name="startsInThinking">Whether the model's template has begun the thoughts already.</param>
    public ThinkingSplitter(bool startsInThinking = false) => _state = startsInThinking ? State.Thinking : State.Answer;

    private enum State
    {
        Thinking,
        Answer,
    }

    /// <summary>The answer so far.</summary>
    public string Text => _text.ToString().Trim();

    /// <summary>The thoughts so far.</summary>
    public string Thoughts => _thoughts.ToString().Trim();

    /// <summary>Whether the thoughts had begun and had not ended.</summary>
    public bool IsThinking => _state == State.Thinking;

    /// <summary>Takes the next piece.</summary>
    /// <returns>What can be told of it: the end of a piece that may be the beginning of a marker is held back.</returns>
    public IReadOnlyList<ChatPart> Append(string piece)
    {
        _held.Append(piece);
        return Take(isEnd: false);
    }

    /// <summary>Ends the text: what is held back is no marker.</summary>
    public IReadOnlyList<ChatPart> Complete() => Take(isEnd: true);

    private List<ChatPart> Take(bool isEnd)
    {
        List<ChatPart> parts = [];
        string held = _held.ToString();
        int told = 0;
        int at = 0;
        while (at < held.Length)
        {
            if (held[at] is not ('<' or '#'))
            {
                at++;
                continue;
            }

            string rest = held[at..];
            (string Marker, State? Next)? found = null;
            foreach ((string Marker, State? Next) marker in s_markers)
            {
                if (rest.StartsWith(marker.Marker, StringComparison.Ordinal)) found = marker;
            }

            if (found is { } complete)
            {
                Tell(parts, held[told..at]);
                if (complete.Marker == "</think>" && _state == State.Answer && _thoughts.Length == 0) Move();
                _state = complete.Next ?? _state;
                at += complete.Marker.Length;
                told = at;
                continue;
            }

            if (!isEnd && s_markers.Any(marker => marker.Marker.StartsWith(rest, StringComparison.Ordinal))) break;
            at++;
        }

        Tell(parts, held[told..at]);
        _held.Clear().Append(held, at, held.Length - at);
        return parts;
    }

    private void Tell(List<ChatPart> parts, string text)
    {
        if (text.Length == 0) return;
        (_state == State.Thinking ? _thoughts : _text).Append(text);
        parts.Add(_state == State.Thinking ? new ChatPart.Thought(text) : new ChatPart.Text(text));
    }

    // Everything so far was thought: the template had begun the thoughts. What was handed out as an answer cannot be taken back; the whole is right.
    private void Move()
    {
        _thoughts.Append(_text);
        _text.Clear();
    }
}
