using System.Text.Json;
using MessagePack;
using MessagePack.Resolvers;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.SignalR.Tests;

/// <summary>The bytes of the protocol. The page's tests read the same file, so both sides agree on every one of them.</summary>
public sealed class WireTests
{
    private static readonly MessagePackSerializerOptions s_options = MessagePackSerializerOptions.Standard
        .WithResolver(StandardResolver.Instance).WithSecurity(MessagePackSecurity.UntrustedData);

    private static readonly JsonElement s_wire = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "web", "src", "protocol", "wire.json"))).RootElement;

    private static readonly Dictionary<string, ServerMessage> s_down = new()
    {
        ["opened"] = new ServerMessage.Opened("token", true, 1234, TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(20)),
        ["audio"] = new ServerMessage.Audio(new SpeechSlice(new TurnId(3), 70_000, SampleRate.Vocoder, new byte[] { 1, 0, 255, 127, 0, 128 })),
        ["flush"] = new ServerMessage.Flush(9, new TurnId(3)),
        ["call_answered"] = new ServerMessage.Call(9, 1_764_082_800_123, CallState.Answered, "v=0"),
        ["call_connected"] = new ServerMessage.Call(9, 1_764_082_800_123, CallState.Connected, null),
        ["call_ended"] = new ServerMessage.Call(9, 1_764_082_800_123, CallState.Ended, "It was hung up."),
        ["pong"] = new ServerMessage.Pong(1520.25),
        ["state"] = Event(new VoiceEvent.StateChanged(ConversationState.UserSpeaking)),
        ["queued"] = Event(new VoiceEvent.Queued(2)),
        ["speech_started"] = Event(new VoiceEvent.SpeechStarted(TimeSpan.FromMilliseconds(1520))),
        ["speech_stopped"] = Event(new VoiceEvent.SpeechStopped(TimeSpan.FromMilliseconds(2520.5))),
        ["user_text"] = Event(new VoiceEvent.UserText("What is the time?")),
        ["response_created"] = Event(new VoiceEvent.ResponseCreated(new TurnId(3))),
        ["text_delta"] = Event(new VoiceEvent.TextDelta(new TurnId(3), "现在是三点。")),
        ["duck"] = Event(new VoiceEvent.PlaybackDucked(new TurnId(3), 0.25f)),
        ["response_done"] = Event(new VoiceEvent.ResponseDone(new TurnId(3), TurnStatus.Cancelled, TimeSpan.FromMilliseconds(830), "现在")),
        ["response_failed"] = Event(new VoiceEvent.ResponseDone(new TurnId(3), TurnStatus.Failed, TimeSpan.Zero, "", new TurnFailure(VoiceStage.SpeechDecoder, "The voice failed."))),
        ["timed"] = Event(new VoiceEvent.TurnTimed(new TurnId(3), new TurnTimings(Ms(200), Ms(11), Ms(12), Ms(13), Ms(14), Ms(50), Ms(75), Ms(60)))),
        ["refused"] = Event(new VoiceEvent.Refused("invalid_text", "Expected a text, found none.")),
        ["ended"] = Event(new VoiceEvent.SessionEnded("idle", "Nobody spoke.")),
    };

    private static readonly Dictionary<string, ClientMessage> s_up = new()
    {
        ["played"] = new ClientMessage.Played(new TurnId(3), 70_000),
        ["flushed"] = new ClientMessage.Flushed(new TurnId(3), 882),
        ["received"] = new ClientMessage.Received(65),
        ["ping"] = new ClientMessage.Ping(1520.25),
        ["offer"] = new ClientMessage.Offer(1_764_082_800_123, "v=0", IsRestart: false),
        ["restart"] = new ClientMessage.Offer(1_764_082_800_123, "v=0", IsRestart: true),
        ["hang_up"] = new ClientMessage.HangUpCall(),
        ["text"] = new ClientMessage.Command(new VoiceCommand.SendText("几点了？")),
        ["talk"] = new ClientMessage.Command(new VoiceCommand.PushToTalk(true)),
        ["commit"] = new ClientMessage.Command(new VoiceCommand.Commit()),
        ["interrupt"] = new ClientMessage.Command(new VoiceCommand.Interrupt()),
        ["mute"] = new ClientMessage.Command(new VoiceCommand.Mute(false)),
        ["settings"] = new ClientMessage.Command(new VoiceCommand.UpdateSettings(new SessionSettings { Temperature = 1, TopP = 0.75f, EndSilence = Ms(600), Language = "zh" })),
        ["bye"] = new ClientMessage.Command(new VoiceCommand.HangUp()),
    };

    public static TheoryData<string> Down { get; } = [.. s_down.Keys];

    public static TheoryData<string> Up { get; } = [.. s_up.Keys];

    [Theory]
    [MemberData(nameof(Down))]
    public void Server_message_has_the_bytes_that_the_page_is_tested_with(string name) =>
        Assert.Equal(s_wire.GetProperty("down").GetProperty(name).GetString(), Convert.ToHexStringLower(MessagePackSerializer.Serialize(new Outgoing(s_down[name]), s_options, TestContext.Current.CancellationToken)));

    [Theory]
    [MemberData(nameof(Up))]
    public void Client_message_is_read_from_the_bytes_that_the_page_makes(string name) => Assert.Equal(s_up[name], Read(name));

    [Fact]
    public void Audio_is_read_from_the_bytes_that_the_page_makes()
    {
        ClientMessage.Audio audio = Assert.IsType<ClientMessage.Audio>(Read("audio"));
        Assert.Equal(7, audio.Number);
        Assert.Equal([1, 0, 255, 127, 0, 128], audio.Pcm16.ToArray());
    }

    [Fact]
    public void Request_is_read_from_the_bytes_that_the_page_makes()
    {
        OpenRequest open = MessagePackSerializer.Deserialize<OpenRequest>(Bytes("open"), s_options, TestContext.Current.CancellationToken);
        Assert.Equal(
            new OpenRequest
            {
                Protocol = 1,
                Token = "token",
                Received = 17,
                Turn = new TurnId(3),
                Played = 882,
                Needed = 9_702,
                Speaker = true,
                Call = 1_764_082_800_123,
                Settings = new SessionSettings { Greeting = "Hello", Language = "en" },
            },
            open);
    }

    [Theory]
    [InlineData("c0")] // nil
    [InlineData("90")] // []
    [InlineData("9101")] // [1]
    [InlineData("91a568656c6c6f")] // ["hello"]
    [InlineData("91a5617564696f")] // ["audio"]
    [InlineData("93a5617564696fa178c0")] // ["audio", "x", nil]
    [InlineData("92a474657874c3")] // ["text", true]
    [InlineData("93a6706c61796564cfffffffffffffffff01")] // ["played", 2^64-1, 1]
    public void Item_that_does_not_follow_the_protocol_is_an_item_too(string hex) =>
        Assert.IsType<ClientMessage.Malformed>(MessagePackSerializer.Deserialize<ClientMessage>(Convert.FromHexString(hex), s_options, TestContext.Current.CancellationToken));

    private static ClientMessage Read(string name) => MessagePackSerializer.Deserialize<ClientMessage>(Bytes(name), s_options, TestContext.Current.CancellationToken);

    private static byte[] Bytes(string name) => Convert.FromHexString(s_wire.GetProperty("up").GetProperty(name).GetString()!);

    private static ServerMessage.Event Event(VoiceEvent value) => new ServerMessage.Event(8, value);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
