using System.Text;
using System.Text.Json;

namespace VoiceGlm.Tools.Glm;

/// <summary>Puts an answer together from its events: words, thoughts, calls in fragments, and how it ended. Not thread-safe.</summary>
internal sealed class ChatAssembly(bool startsInThinking)
{
    private readonly ThinkingSplitter _splitter = new(startsInThinking);
    private readonly StringBuilder _thoughts = new();
    private readonly SortedDictionary<int, (string Id, string Name, StringBuilder Arguments)> _calls = [];
    private IReadOnlyList<SearchPage> _pages = [];
    private ChatUsage? _usage;
    private WireAudio? _audio;

    /// <summary>Why the answer ended, once it has.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>Takes an event.</summary>
    /// <exception cref="GlmException">It is an error, or is told to be the end for a reason that is one.</exception>
    public IReadOnlyList<ChatPart> Append(ChatWire wire)
    {
        if (wire.Error is { ValueKind: not JsonValueKind.Null and not JsonValueKind.Undefined } error)
            throw new GlmException(error.ValueKind == JsonValueKind.Object ? GlmError.Read(200, error) : new GlmError(GlmErrorKind.Server, error.ToString()));
        _pages = wire.WebSearch ?? _pages;
        _usage = wire.Usage ?? _usage;
        List<ChatPart> parts = [];
        // Events of usage have no choice.
        if (wire.Choices is not [var choice, ..]) return parts;
        ChatSaid? said = choice.Delta ?? choice.Message;
        if (said?.Thoughts is { Length: > 0 } thoughts)
        {
            _thoughts.Append(thoughts);
            parts.Add(new ChatPart.Thought(thoughts));
        }

        if ((said?.Content?.Text ?? choice.Text) is { Length: > 0 } text) parts.AddRange(_splitter.Append(text));
        foreach (WireCall call in said?.ToolCalls ?? []) Append(call);
        if (said?.FunctionCall is { } function) Append(new WireCall { Id = "call_0", Index = 0, Function = function });
        _audio = said?.Audio ?? _audio;
        if (choice.FinishReason is { Length: > 0 } reason) FinishReason = reason;
        return parts;
    }

    /// <summary>Ends the answer.</summary>
    /// <exception cref="GlmException">It ended for a reason that is an error.</exception>
    public (IReadOnlyList<ChatPart> Held, ChatReply Reply) Complete()
    {
        IReadOnlyList<ChatPart> held = _splitter.Complete();
        switch (FinishReason)
        {
            case "sensitive":
                throw new GlmException(GlmErrorKind.Moderated, "The answer was stopped by moderation.");
            case "network_error":
                throw new GlmException(GlmErrorKind.Server, "The answer was stopped by an error inside the service.");
            case "model_context_window_exceeded":
                throw new GlmException(GlmErrorKind.TooLong, "The conversation is too long for the model.");
        }

        return (held, new ChatReply
        {
            // Thoughts that never ended are no answer.
            Text = _splitter.IsThinking ? "" : _splitter.Text,
            Thoughts = _thoughts.Length > 0 ? _thoughts.ToString().Trim() : _splitter.Thoughts,
            Calls = [.. _calls.Values.Select(static call => new ChatCall(call.Id, call.Name, call.Arguments.ToString()))],
            FinishReason = FinishReason ?? "",
            Pages = _pages,
            Usage = _usage,
            Audio = _audio,
        });
    }

    private void Append(WireCall fragment)
    {
        int index = fragment.Index ?? 0;
        if (!_calls.TryGetValue(index, out (string Id, string Name, StringBuilder Arguments) call)) call = ("", "", new StringBuilder());
        call.Arguments.Append(fragment.Function?.Arguments);
        _calls[index] = (
            call.Id.Length > 0 ? call.Id : fragment.Id ?? "",
            call.Name.Length > 0 ? call.Name : fragment.Function?.Name ?? "",
            call.Arguments);
    }
}
