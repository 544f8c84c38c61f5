using MessagePack;
using MessagePack.Formatters;

namespace VoiceGlm.Transports.SignalR;

/// <summary>What a client says first: who it is, and how much of the session it already has.</summary>
[MessagePackFormatter(typeof(OpenRequestFormatter))]
internal sealed record OpenRequest
{
    /// <summary>The version of the protocol that this assembly speaks.</summary>
    public const int CurrentProtocol = 1;

    public int Protocol { get; init; }

    public string? Token { get; init; }

    public long Received { get; init; }

    public TurnId Turn { get; init; }

    public long Played { get; init; }

    public long Needed { get; init; }

    public bool Speaker { get; init; } = true;

    public long Call { get; init; }

    public SessionSettings Settings { get; init; } = new();
}

/// <summary>Reads an <see cref="OpenRequest"/>. Keys that it does not know are skipped.</summary>
internal sealed class OpenRequestFormatter : IMessagePackFormatter<OpenRequest?>
{
    public void Serialize(ref MessagePackWriter writer, OpenRequest? value, MessagePackSerializerOptions options) =>
        throw new NotSupportedException("The server reads requests, it does not write them.");

    public OpenRequest Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var request = new OpenRequest();
        int count = reader.ReadMapHeader();
        options.Security.DepthStep(ref reader);
        for (int i = 0; i < count; i++)
        {
            switch (reader.ReadString())
            {
                case "protocol":
                    request = request with { Protocol = reader.ReadInt32() };
                    break;
                case "token":
                    request = request with { Token = reader.ReadString() };
                    break;
                case "received":
                    request = request with { Received = reader.ReadInt64() };
                    break;
                case "turn":
                    request = request with { Turn = new TurnId(reader.ReadInt64()) };
                    break;
                case "played":
                    request = request with { Played = reader.ReadInt64() };
                    break;
                case "needed":
                    request = request with { Needed = reader.ReadInt64() };
                    break;
                case "speaker":
                    request = request with { Speaker = reader.ReadBoolean() };
                    break;
                case "call":
                    request = request with { Call = reader.ReadInt64() };
                    break;
                case "settings":
                    request = request with { Settings = SettingsReader.Read(ref reader) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.Depth--;
        return request;
    }
}
