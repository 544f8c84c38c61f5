using System.Buffers;
using MessagePack;
using MessagePack.Formatters;

namespace VoiceGlm.Transports.SignalR;

/// <summary>One item of the stream from the client. What cannot be read is an item too, so that the stream goes on.</summary>
[MessagePackFormatter(typeof(ClientMessageFormatter))]
internal abstract record ClientMessage
{
    private ClientMessage()
    {
    }

    public sealed record Audio(long Number, ReadOnlyMemory<byte> Pcm16) : ClientMessage;

    public sealed record Played(TurnId Turn, long Position) : ClientMessage;

    public sealed record Flushed(TurnId Turn, long Position) : ClientMessage;

    public sealed record Received(long Sequence) : ClientMessage;

    public sealed record Ping(double Time) : ClientMessage;

    public sealed record Offer(long Number, string Sdp, bool IsRestart) : ClientMessage;

    public sealed record HangUpCall : ClientMessage;

    public sealed record Command(VoiceCommand Value) : ClientMessage;

    public sealed record Malformed(string Message) : ClientMessage;
}

/// <summary>Reads a <see cref="ClientMessage"/>; never throws on well-formed MessagePack.</summary>
internal sealed class ClientMessageFormatter : IMessagePackFormatter<ClientMessage?>
{
    public void Serialize(ref MessagePackWriter writer, ClientMessage? value, MessagePackSerializerOptions options) =>
        throw new NotSupportedException("The server reads client messages, it does not write them.");

    public ClientMessage Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        MessagePackReader item = reader.CreatePeekReader();
        reader.Skip();
        try
        {
            return Read(ref item);
        }
        catch (Exception exception) when (exception is MessagePackSerializationException or InvalidOperationException or OverflowException or EndOfStreamException)
        {
            return new ClientMessage.Malformed("An item does not have the elements that its kind has.");
        }
    }

    private static ClientMessage Read(ref MessagePackReader item)
    {
        if (item.NextMessagePackType != MessagePackType.Array) return new ClientMessage.Malformed($"Expected an array, found {item.NextMessagePackType}.");
        int count = item.ReadArrayHeader();
        if (count == 0) return new ClientMessage.Malformed("Expected a kind, found an empty array.");
        string? kind = item.ReadString();
        ClientMessage? message = (kind, count) switch
        {
            ("audio", >= 3) => new ClientMessage.Audio(item.ReadInt64(), item.ReadBytes()?.ToArray() ?? []),
            ("played", >= 3) => new ClientMessage.Played(new TurnId(item.ReadInt64()), item.ReadInt64()),
            ("flushed", >= 3) => new ClientMessage.Flushed(new TurnId(item.ReadInt64()), item.ReadInt64()),
            ("received", >= 2) => new ClientMessage.Received(item.ReadInt64()),
            ("ping", >= 2) => new ClientMessage.Ping(item.ReadDouble()),
            ("offer", >= 3) => new ClientMessage.Offer(item.ReadInt64(), item.ReadString() ?? "", IsRestart: false),
            ("restart", >= 3) => new ClientMessage.Offer(item.ReadInt64(), item.ReadString() ?? "", IsRestart: true),
            ("hang_up", _) => new ClientMessage.HangUpCall(),
            ("text", >= 2) => new ClientMessage.Command(new VoiceCommand.SendText(item.ReadString() ?? "")),
            ("image", >= 3) => Image(item.ReadString() ?? "", item.ReadBytes()?.ToArray() ?? []),
            ("decide", >= 3) => new ClientMessage.Command(new VoiceCommand.Decide(item.ReadString() ?? "", item.ReadBoolean())),
            ("talk", >= 2) => new ClientMessage.Command(new VoiceCommand.PushToTalk(item.ReadBoolean())),
            ("commit", _) => new ClientMessage.Command(new VoiceCommand.Commit()),
            ("interrupt", _) => new ClientMessage.Command(new VoiceCommand.Interrupt()),
            ("mute", >= 2) => new ClientMessage.Command(new VoiceCommand.Mute(item.ReadBoolean())),
            ("settings", >= 2) => new ClientMessage.Command(new VoiceCommand.UpdateSettings(SettingsReader.Read(ref item))),
            ("bye", _) => new ClientMessage.Command(new VoiceCommand.HangUp()),
            _ => null,
        };
        return message ?? new ClientMessage.Malformed($"Expected one of the protocol's kinds with its elements, found '{kind?[..Math.Min(kind.Length, 32)]}' with {count - 1}.");
    }

    private static ClientMessage Image(string mediaType, byte[] content) => mediaType is "image/png" or "image/jpeg" or "image/webp" && content.Length > 0
        ? new ClientMessage.Command(new VoiceCommand.ShowImage(new UserImage(mediaType, content)))
        : new ClientMessage.Malformed("Expected a picture that is PNG, JPEG or WebP, found none.");
}
