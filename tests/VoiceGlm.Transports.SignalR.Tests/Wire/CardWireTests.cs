using MessagePack;
using MessagePack.Resolvers;

namespace VoiceGlm.Transports.SignalR.Tests;

/// <summary>Cards as they go over the wire, member by member.</summary>
public sealed class CardWireTests
{
    private static readonly MessagePackSerializerOptions s_options = MessagePackSerializerOptions.Standard.WithResolver(StandardResolver.Instance);

    private static readonly (Card Card, string Json)[] s_cards =
    [
        (new Card.Text("Q", "**A**", [new Citation("Page", "https://example.com/")]) { Source = "emulator" },
            """["card",8,"c1","text",{"title":"Q","source":"emulator","markdown":"**A**","citations":[{"title":"Page","url":"https://example.com/"}]}]"""),
        (new Card.Picture("a fox", "a red fox", "/results/1.png"), """["card",8,"c1","picture",{"title":"a fox","source":"","prompt":"a red fox","url":"/results/1.png"}]"""),
        (new Card.Look("where", "here", "/results/1.png", [new Box(0.125, 0.25, 0.5, 1, "cup")]),
            """["card",8,"c1","look",{"title":"where","source":"","markdown":"here","imageUrl":"/results/1.png","boxes":[{"left":0.125,"top":0.25,"right":0.5,"bottom":1,"label":"cup"}]}]"""),
        (new Card.Code("sort", "python", ["a", "b"], "Two ways."), """["card",8,"c1","code",{"title":"sort","source":"","language":"python","candidates":["a","b"],"explanation":"Two ways."}]"""),
        (new Card.Reasoning("why", "hm", "so", TimeSpan.FromSeconds(1.5)), """["card",8,"c1","reasoning",{"title":"why","source":"","thoughts":"hm","answer":"so","elapsed":1500}]"""),
        (new Card.Video("film", "j1", JobState.Running, TimeSpan.FromSeconds(2), null, null),
            """["card",8,"c1","video",{"title":"film","source":"","jobId":"j1","state":"running","elapsed":2000,"url":null,"posterUrl":null}]"""),
        (new Card.Phone("note", [new PhoneStep("Tap 500, 900", "New note", null)], "Allow?", false),
            """["card",8,"c1","phone",{"title":"note","source":"","steps":[{"action":"Tap 500, 900","thought":"New note","screenUrl":null}],"question":"Allow?","isDone":false}]"""),
        (new Card.Blanks("fill", [new BlankPart("Beijing is the ", false), new BlankPart("capital", true)], true),
            """["card",8,"c1","blanks",{"title":"fill","source":"","parts":[{"text":"Beijing is the ","isFill":false},{"text":"capital","isFill":true}],"isEmulated":true}]"""),
        (new Card.Notice("draw_picture", "Not now."), """["card",8,"c1","notice",{"title":"draw_picture","source":"","message":"Not now."}]"""),
    ];

    public static TheoryData<int> Cards { get; } = [.. Enumerable.Range(0, s_cards.Length)];

    [Theory]
    [MemberData(nameof(Cards))]
    public void Card_is_written_with_all_that_it_shows(int index)
    {
        byte[] bytes = MessagePackSerializer.Serialize(new Outgoing(new ServerMessage.Event(8, new VoiceEvent.CardShown("c1", s_cards[index].Card))), s_options, TestContext.Current.CancellationToken);
        Assert.Equal(s_cards[index].Json, MessagePackSerializer.ConvertToJson(bytes, s_options, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_kind_of_card_is_among_those_that_are_tested() =>
        Assert.Equal(typeof(Card).GetNestedTypes().Select(static type => type.Name).Order(), s_cards.Select(static pair => pair.Card.GetType().Name).Order());

    [Theory]
    [InlineData("93a5696d616765a9696d6167652f706e67c403010203", true)] // ["image", "image/png", bin]
    [InlineData("93a5696d616765a9696d6167652f706e67c400", false)] // of no length
    [InlineData("93a5696d616765a9746578742f68746d6cc403010203", false)] // ["image", "text/html", bin]
    public void Picture_of_the_users_is_read_where_it_is_one(string hex, bool isOne)
    {
        ClientMessage message = MessagePackSerializer.Deserialize<ClientMessage>(Convert.FromHexString(hex), s_options, TestContext.Current.CancellationToken);
        if (!isOne) Assert.IsType<ClientMessage.Malformed>(message);
        else Assert.Equal([1, 2, 3], Assert.IsType<VoiceCommand.ShowImage>(Assert.IsType<ClientMessage.Command>(message).Value).Image.Content.ToArray());
    }
}
