using MessagePack;
using MessagePack.Formatters;

namespace VoiceGlm.Transports.SignalR;

/// <summary>One item of the stream to the client.</summary>
internal abstract record ServerMessage
{
    private ServerMessage()
    {
    }

    public sealed record Opened(string Token, bool Resumed, long NextFrame, TimeSpan Ahead, TimeSpan Grace) : ServerMessage;

    public sealed record Audio(SpeechSlice Slice) : ServerMessage;

    public sealed record Flush(long Sequence, TurnId Turn) : ServerMessage;

    public sealed record Call(long Sequence, long Number, CallState State, string? Detail) : ServerMessage;

    public sealed record Pong(double Time) : ServerMessage;

    public sealed record Event(long Sequence, VoiceEvent Value) : ServerMessage;
}

/// <summary>Up to 20 ms of a reply, as they go over the wire.</summary>
/// <param name="Turn">The reply.</param>
/// <param name="Position">Samples of the reply before these.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Pcm16">The samples, little endian.</param>
internal sealed record SpeechSlice(TurnId Turn, long Position, SampleRate SampleRate, ReadOnlyMemory<byte> Pcm16)
{
    public int Length => Pcm16.Length / sizeof(short);
}

/// <summary>A message on its way out. SignalR writes an item by its own type, not by the type of the stream, so it has to be one type.</summary>
/// <param name="Message">The message.</param>
[MessagePackFormatter(typeof(OutgoingFormatter))]
internal sealed record Outgoing(ServerMessage Message);

/// <summary>Writes a <see cref="ServerMessage"/>.</summary>
internal sealed class OutgoingFormatter : IMessagePackFormatter<Outgoing?>
{
    public Outgoing Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
        throw new NotSupportedException("The server writes server messages, it does not read them.");

    public void Serialize(ref MessagePackWriter writer, Outgoing? value, MessagePackSerializerOptions options)
    {
        switch (value?.Message)
        {
            case ServerMessage.Opened opened:
                Begin(ref writer, "opened", 5);
                writer.Write(opened.Token);
                writer.Write(opened.Resumed);
                writer.Write(opened.NextFrame);
                writer.Write(opened.Ahead.TotalMilliseconds);
                writer.Write(opened.Grace.TotalMilliseconds);
                break;
            case ServerMessage.Audio { Slice: var slice }:
                Begin(ref writer, "audio", 4);
                writer.Write(slice.Turn.Value);
                writer.Write(slice.Position);
                writer.Write(slice.SampleRate.Hertz);
                writer.Write(slice.Pcm16.Span);
                break;
            case ServerMessage.Flush flush:
                Begin(ref writer, "flush", 2);
                writer.Write(flush.Sequence);
                writer.Write(flush.Turn.Value);
                break;
            case ServerMessage.Call call:
                Begin(ref writer, "call", call.Sequence, 3);
                writer.Write(call.Number);
                writer.Write(Word(call.State));
                writer.Write(call.Detail);
                break;
            case ServerMessage.Pong pong:
                Begin(ref writer, "pong", 1);
                writer.Write(pong.Time);
                break;
            case ServerMessage.Event voiceEvent:
                Write(ref writer, voiceEvent.Sequence, voiceEvent.Value);
                break;
            default:
                throw new InvalidOperationException($"{value?.Message.GetType().Name} has no place in the protocol.");
        }
    }

    private static void Write(ref MessagePackWriter writer, long sequence, VoiceEvent value)
    {
        switch (value)
        {
            case VoiceEvent.StateChanged changed:
                Begin(ref writer, "state", sequence, 1);
                writer.Write(Word(changed.State));
                break;
            case VoiceEvent.Queued queued:
                Begin(ref writer, "queued", sequence, 1);
                writer.Write(queued.Position);
                break;
            case VoiceEvent.SpeechStarted started:
                Begin(ref writer, "speech_started", sequence, 1);
                writer.Write(started.At.TotalMilliseconds);
                break;
            case VoiceEvent.SpeechStopped stopped:
                Begin(ref writer, "speech_stopped", sequence, 1);
                writer.Write(stopped.At.TotalMilliseconds);
                break;
            case VoiceEvent.UserText userText:
                Begin(ref writer, "user_text", sequence, 1);
                writer.Write(userText.Text);
                break;
            case VoiceEvent.ResponseCreated created:
                Begin(ref writer, "response_created", sequence, 1);
                writer.Write(created.Turn.Value);
                break;
            case VoiceEvent.TextDelta delta:
                Begin(ref writer, "text_delta", sequence, 2);
                writer.Write(delta.Turn.Value);
                writer.Write(delta.Text);
                break;
            case VoiceEvent.PlaybackDucked ducked:
                Begin(ref writer, "duck", sequence, 2);
                writer.Write(ducked.Turn.Value);
                writer.Write((double)ducked.Gain);
                break;
            case VoiceEvent.ResponseDone done:
                Begin(ref writer, "response_done", sequence, 6);
                writer.Write(done.Turn.Value);
                writer.Write(Word(done.Status));
                writer.Write(done.Heard.TotalMilliseconds);
                writer.Write(done.HeardText);
                writer.Write(done.Failure is { } failure ? Word(failure.Stage) : null);
                writer.Write(done.Failure?.Message);
                break;
            case VoiceEvent.TurnTimed { Timings: var timings } timed:
                Begin(ref writer, "timed", sequence, 9);
                writer.Write(timed.Turn.Value);
                writer.Write(timings.Endpoint.TotalMilliseconds);
                writer.Write(timings.Tokenize.TotalMilliseconds);
                writer.Write(timings.Prefill.TotalMilliseconds);
                writer.Write(timings.FirstToken.TotalMilliseconds);
                writer.Write(timings.FirstBlock.TotalMilliseconds);
                writer.Write(timings.FirstAudio.TotalMilliseconds);
                writer.Write(timings.SavedByHearing.TotalMilliseconds);
                writer.Write(timings.SavedByGuessing.TotalMilliseconds);
                break;
            case VoiceEvent.CardShown shown:
                Begin(ref writer, "card", sequence, 3);
                writer.Write(shown.Id);
                CardWriter.Write(ref writer, shown.Card);
                break;
            case VoiceEvent.Refused refused:
                Begin(ref writer, "refused", sequence, 2);
                writer.Write(refused.Code);
                writer.Write(refused.Message);
                break;
            case VoiceEvent.SessionEnded ended:
                Begin(ref writer, "ended", sequence, 2);
                writer.Write(ended.Reason);
                writer.Write(ended.Message);
                break;
            default:
                throw new InvalidOperationException($"{value.GetType().Name} has no place in the protocol.");
        }
    }

    private static void Begin(ref MessagePackWriter writer, string kind, int elements)
    {
        writer.WriteArrayHeader(1 + elements);
        writer.Write(kind);
    }

    private static void Begin(ref MessagePackWriter writer, string kind, long sequence, int elements)
    {
        Begin(ref writer, kind, 1 + elements);
        writer.Write(sequence);
    }

    private static string Word(ConversationState state) => state switch
    {
        ConversationState.Listening => "listening",
        ConversationState.UserSpeaking => "user_speaking",
        ConversationState.Thinking => "thinking",
        ConversationState.Speaking => "speaking",
        _ => "closed",
    };

    private static string Word(CallState state) => state switch
    {
        CallState.Answered => "answered",
        CallState.Connected => "connected",
        _ => "ended",
    };

    private static string Word(TurnStatus status) => status switch
    {
        TurnStatus.Completed => "completed",
        TurnStatus.Cancelled => "cancelled",
        TurnStatus.Failed => "failed",
        _ => "in_progress",
    };

    private static string Word(VoiceStage stage) => stage switch
    {
        VoiceStage.TurnDetection => "turn_detection",
        VoiceStage.SpeechTokenizer => "speech_tokenizer",
        VoiceStage.LanguageModel => "language_model",
        VoiceStage.SpeechDecoder => "speech_decoder",
        _ => "playout",
    };
}
