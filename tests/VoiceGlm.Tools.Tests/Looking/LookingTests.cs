using System.Text.Json;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Looking;
using VoiceGlm.Tools.Pictures;
using VoiceGlm.Tools.Tests.Glm;

namespace VoiceGlm.Tools.Tests.Looking;

/// <summary>Corpus F.</summary>
public sealed class LookingTests
{
    private static readonly UserImage s_image = new("image/png", new PixelCanvas(8, 8).ToPng());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Boxes => new()
    {
        { "The red cup [[100,200,300,400]] is here.", "0.1 0.2 0.3 0.4 red cup" },
        { "[[100,200,300,400;500,600,700,800]]", "0.1 0.2 0.3 0.4 |0.5 0.6 0.7 0.8 " },
        { "[[005,020,099,100]]", "0.005 0.02 0.099 0.1 " },
        { "[[900,800,100,1200]] and [[300,300,300,500]]", "0.1 0.8 0.9 1 " },
        { "<|begin_of_box|>(100,200,300,400)<|end_of_box|>", "0.1 0.2 0.3 0.4 " },
        { "[100, 200, 300, 400]", "0.1 0.2 0.3 0.4 " },
        { "<100 200 300 400>", "0.1 0.2 0.3 0.4 " },
        { "[[100,200,300,400],[500,600,700,800]]", "0.1 0.2 0.3 0.4 |0.5 0.6 0.7 0.8 " },
        { "[[100,200,300]] and (1999)", "" },
        { "nothing", "" },
    };

    [Theory]
    [MemberData(nameof(Boxes))]
    public void Boxes_are_found_in_every_form(string text, string boxes) => Assert.Equal(
        boxes, string.Join('|', BoxParser.Parse(text).Select(static box => FormattableString.Invariant($"{box.Left} {box.Top} {box.Right} {box.Bottom} {box.Label}"))));

    [Theory]
    [InlineData(0.0, 0.0, "at the top left", "左上角")]
    [InlineData(0.8, 0.8, "at the bottom right", "右下角")]
    [InlineData(0.45, 0.45, "in the middle", "中间")]
    [InlineData(0.0, 0.45, "on the left", "左边")]
    [InlineData(0.45, 0.8, "at the bottom", "下面")]
    public void Place_is_told_in_words(double left, double top, string english, string chinese)
    {
        var box = new Box(left, top, left + 0.1, top + 0.1, "");
        Assert.Equal((english, chinese), (BoxParser.Region(box, false), BoxParser.Region(box, true)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("F8-px")]
    [InlineData("F8-nested")]
    public async Task Page_is_read_aloud_by_its_first_sentence_and_shown_whole(string scenario)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Caller.Image = s_image;
        host.Emulator.Next("layout_parsing", scenario);
        ToolAnswer answer = await host.CallAsync("look_at_image", """{"question": "read this"}""", Token);
        Assert.Equal("Emulated page The first sentence. The page has 3 parts.", answer.Spoken);
        Card.Look card = Assert.IsType<Card.Look>(answer.Card);
        Assert.StartsWith("# Emulated page", card.Markdown, StringComparison.Ordinal);
        Assert.Equal(new Box(0.1, 0.05, 0.9, 0.1, "text"), card.Boxes[0]);
        Assert.Equal(new Box(0.1, 0.4, 0.5, 0.6, "table"), card.Boxes[2]);
    }

    [Fact]
    public async Task Question_about_the_picture_is_answered()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Caller.Image = s_image;
        ToolAnswer answer = await host.CallAsync("look_at_image", """{"question": "what do you see"}""", Token);
        Assert.Equal("I see an emulated red cup on a table.", answer.Spoken);
        JsonElement parts = host.Requests("chat/completions")[0].Body.GetProperty("messages")[0].GetProperty("content");
        // Raw base64, as the hosted API wants it, and the picture before the question.
        Assert.Equal(s_image.Content.ToArray(), Convert.FromBase64String(parts[0].GetProperty("image_url").GetProperty("url").GetString()!));
        Assert.Equal("what do you see", parts[1].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("", "It is on the left of the picture.", 1)]
    [InlineData("F3", "I found 2. The first is at the top left of the picture.", 2)]
    [InlineData("F5", "It is at the bottom of the picture.", 1)]
    [InlineData("F6", "It is at the top left of the picture.", 1)]
    [InlineData("A1", "It is on the left of the picture.", 1)]
    public async Task Thing_that_is_looked_for_is_told_by_its_place_and_drawn_around(string scenario, string spoken, int boxes)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Caller.Image = s_image;
        host.Emulator.Next("chat/completions", scenario);
        ToolAnswer answer = await host.CallAsync("look_at_image", """{"question": "where is the cup"}""", Token);
        Assert.Equal((spoken, boxes), (answer.Spoken, Assert.IsType<Card.Look>(answer.Card).Boxes.Count));
    }

    [Fact]
    public async Task Thing_that_is_not_there_is_told()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Caller.Image = s_image;
        host.Emulator.Say("There is no dragon.");
        Assert.Equal("I cannot find it in the picture.", (await host.CallAsync("look_at_image", """{"question": "where is the dragon"}""", Token)).Spoken);
    }

    [Fact]
    public async Task Picture_that_is_too_large_or_none_is_refused_before_anybody_is_asked()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        const string Question = """{"question": "what do you see"}""";
        Assert.Equal("I cannot see anything. Please show me a picture.", (await host.CallAsync("look_at_image", Question, Token)).Spoken);
        host.Caller.Image = new UserImage("image/png", new byte[LookAtImageTool.MaxBytes + 1]);
        Assert.Equal("The picture is too large. Please show me a smaller one.", (await host.CallAsync("look_at_image", Question, Token)).Spoken);
        host.Caller.Image = new UserImage("image/png", "<svg/>"u8.ToArray());
        Assert.Equal("I cannot read that picture.", (await host.CallAsync("look_at_image", Question, Token)).Spoken);
        Assert.Empty(host.Emulator.Requests);
    }

    [Fact]
    public async Task Model_that_is_gone_is_followed_by_the_next_that_sees()
    {
        await using GlmHost host = await GlmHost.StartAsync(settings: GlmHost.Models(GlmRole.Vision, "cogvlm_28b@J1211, glm-4.6v-flash"));
        host.Caller.Image = s_image;
        Assert.StartsWith("I see", (await host.CallAsync("look_at_image", """{"question": "what do you see"}""", Token)).Spoken, StringComparison.Ordinal);
        Assert.Equal(["cogvlm_28b", "glm-4.6v-flash"], host.Requests("chat/completions").Select(static request => request.Model));
    }
}
