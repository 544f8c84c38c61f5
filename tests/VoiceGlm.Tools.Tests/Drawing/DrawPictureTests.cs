using GlmApiEmulator;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Results;
using VoiceGlm.Tools.Tests.Glm;

namespace VoiceGlm.Tools.Tests.Drawing;

/// <summary>Corpus H.</summary>
public sealed class DrawPictureTests
{
    private const string Fox = """{"prompt": "a red fox in the snow"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Picture_is_drawn_from_more_words_and_kept_here()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        ToolAnswer answer = await host.CallAsync("draw_picture", Fox, Token);
        Assert.Equal("Here is your picture.", answer.Spoken);
        Card.Picture card = Assert.IsType<Card.Picture>(answer.Card);
        Assert.Equal(("a red fox in the snow", "a red fox in the snow, emulated, in soft light"), (card.Title, card.Prompt));
        Assert.Equal(card.Prompt, host.Requests("images/generations")[0].Text("prompt"));
        (string path, string type) = host.Get<ResultStore>().Find(card.Url[(ToolResults.Path.Length + 1)..])!.Value;
        Assert.Equal("image/png", type);
        Assert.Equal(type, MediaTypes.Sniff(await File.ReadAllBytesAsync(path, Token)));
    }

    [Theory]
    [InlineData("""{"prompt": "a fox"}""", "1024x1024")]
    [InlineData("""{"prompt": "a fox", "orientation": "landscape"}""", "1344x768")]
    [InlineData("""{"prompt": "a fox", "orientation": "portrait"}""", "768x1344")]
    [InlineData("""{"prompt": "生成一张狐狸，横版"}""", "1344x768")]
    [InlineData("""{"prompt": "竖版的狐狸"}""", "768x1344")]
    [InlineData("""{"prompt": "a fox", "orientation": 7}""", "1024x1024")]
    public async Task Shape_follows_from_what_was_said(string arguments, string size)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        Assert.IsType<Card.Picture>((await host.CallAsync("draw_picture", arguments, Token)).Card);
        Assert.Equal(size, host.Requests("images/generations")[0].Text("size"));
    }

    [Fact]
    public async Task Change_is_drawn_from_the_picture_before()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        await host.CallAsync("draw_picture", Fox, Token);
        await host.CallAsync("draw_picture", """{"prompt": "in watercolour"}""", Token);
        string asked = EmulatedText(host.Requests("chat/completions")[1]);
        Assert.Contains("The picture before: a red fox in the snow", asked, StringComparison.Ordinal);
        Assert.Contains("The request: in watercolour", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("J1234", 3)]
    [InlineData("L-plain", 1)]
    public async Task Picture_is_drawn_from_the_words_as_they_are_where_there_are_no_better(string scenario, int asked)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(TimeSpan.FromSeconds(1)), GlmHost.Models(GlmRole.Fast, "glm-4-flash@" + scenario));
        Assert.Equal("a red fox in the snow", Assert.IsType<Card.Picture>((await host.CallAsync("draw_picture", Fox, Token)).Card).Prompt);
        Assert.Equal(asked, host.Emulator.Count("chat/completions"));
    }

    [Theory]
    [InlineData("H2", "I cannot work with that content.")]
    [InlineData("J1301", "I cannot work with that content.")]
    [InlineData("H3", "I cannot do that at the moment.")]
    [InlineData("H4", "The picture was drawn, but I could not fetch it.")]
    [InlineData("H6", "The picture was drawn, but I could not fetch it.")]
    [InlineData("H7", "The picture was drawn, but I could not fetch it.")]
    [InlineData("H8", "The picture was drawn, but I could not fetch it.")]
    [InlineData("J502", "I cannot do that at the moment.")]
    public async Task Picture_that_cannot_be_had_is_a_sentence_and_asked_for_once(string scenario, string spoken)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(TimeSpan.FromSeconds(1)));
        host.Emulator.Next("images/generations", scenario);
        ToolAnswer answer = await host.CallAsync("draw_picture", Fox, Token);
        Assert.Equal((spoken, spoken), (answer.Spoken, Assert.IsType<Card.Notice>(answer.Card).Message));
        Assert.Equal(1, host.Emulator.Count("images/generations"));
    }

    [Fact]
    public async Task Slow_picture_is_waited_for_and_asked_for_exactly_once()
    {
        var time = new FakeTimeProvider();
        await using GlmHost host = await GlmHost.StartAsync(time, emulatorTime: time);
        host.Emulator.Next("images/generations", "H5");
        ValueTask<ToolAnswer> answer = host.CallAsync("draw_picture", Fox, Token);
        EmulatedRequest request;
        do request = await host.Emulator.Arrivals.ReadAsync(Token);
        while (request.Path != "images/generations");
        await request.Waiting.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal("Here is your picture.", (await answer).Spoken);
        Assert.Equal(1, host.Emulator.Count("images/generations"));
    }

    [Fact]
    public async Task Busy_service_is_asked_again_with_the_same_id()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(TimeSpan.FromSeconds(1)));
        host.Emulator.Next("images/generations", "J1302", "J1234");
        Assert.IsType<Card.Picture>((await host.CallAsync("draw_picture", Fox, Token)).Card);
        Assert.Equal(3, host.Emulator.Count("images/generations"));
        Assert.Single(host.Requests("images/generations").Select(static request => request.Text("request_id")).Distinct());
    }

    private static string EmulatedText(EmulatedRequest request) => request.Body.GetProperty("messages")[1].GetProperty("content").GetString()!;
}
