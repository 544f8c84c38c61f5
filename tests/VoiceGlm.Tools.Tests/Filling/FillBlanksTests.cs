using VoiceGlm.Tools.Filling;
using VoiceGlm.Tools.Tests.Glm;

namespace VoiceGlm.Tools.Tests.Filling;

/// <summary>Corpus M.</summary>
public sealed class FillBlanksTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Beijing is the [MASK] of China.", "Beijing is the [MASK] of China.")]
    [InlineData("fill in the blank: Beijing is the blank of China.", "Beijing is the [MASK] of China.")]
    [InlineData("Beijing is the __ of ____.", "Beijing is the [MASK] of [MASK].")]
    [InlineData("填空：北京是__的首都", "北京是[MASK]的首都")]
    [InlineData("北京是什么的首都", "北京是[MASK]的首都")]
    [InlineData("[sMASK] So [MASK] it is. [gMASK]", "[sMASK] So [MASK] it is. [gMASK]")]
    [InlineData("Once upon a time", "Once upon a time [gMASK]")]
    [InlineData("接着写：从前有座山", "从前有座山 [gMASK]")]
    [InlineData("补一句：今天下雨", "今天下雨 [sMASK]")]
    public void Blanks_are_found_as_they_are_said_and_written(string spoken, string text) => Assert.Equal(text, BlankText.Of(spoken).Text);

    [Fact]
    public async Task Blanks_are_filled_from_left_to_right_by_the_models_own_server()
    {
        await using GlmHost infill = await GlmHost.StartAsync();
        await using GlmHost host = await StartAsync(infill);
        ToolAnswer answer = await host.CallAsync("fill_blanks", """{"text": "[sMASK] So [MASK] it is."}""", Token);
        Assert.Equal("fill 1 So fill 2 it is.", answer.Spoken);
        Card.Blanks card = Assert.IsType<Card.Blanks>(answer.Card);
        Assert.False(card.IsEmulated);
        Assert.Equal([new BlankPart("fill 1", true), new BlankPart(" So ", false), new BlankPart("fill 2", true), new BlankPart(" it is.", false)], card.Parts);
        Assert.Equal("[sMASK] So [MASK] it is.", infill.Requests("infill")[0].Text("text"));
        // The key is for the provider, and not for this server.
        Assert.False(infill.Requests("infill")[0].Headers.ContainsKey("Authorization"));
    }

    [Theory]
    [InlineData("M-pieces", "One fill 1 two fill 2.")]
    [InlineData("M-fewer", "One fill 1 two ___.")]
    public async Task Marks_of_pieces_are_left_out_and_blanks_without_a_fill_stay(string scenario, string text)
    {
        await using GlmHost infill = await GlmHost.StartAsync();
        await using GlmHost host = await StartAsync(infill);
        infill.Emulator.Next("infill", scenario);
        ToolAnswer answer = await host.CallAsync("fill_blanks", """{"text": "One [MASK] two [MASK]."}""", Token);
        Assert.Equal(text, string.Concat(Assert.IsType<Card.Blanks>(answer.Card).Parts.Select(static part => part.Text)));
    }

    [Fact]
    public async Task Text_without_a_blank_goes_on_and_its_first_sentence_is_said()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Say("""{"fills": ["There was a fox. It was red. It ran."]}""");
        ToolAnswer answer = await host.CallAsync("fill_blanks", """{"text": "Once upon a time"}""", Token);
        Assert.Equal("There was a fox.", answer.Spoken);
        Assert.Equal("There was a fox. It was red. It ran.", Assert.IsType<Card.Blanks>(answer.Card).Parts[^1].Text);
    }

    [Fact]
    public async Task Other_model_that_fills_is_told_as_emulated()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        ToolAnswer answer = await host.CallAsync("fill_blanks", """{"text": "Beijing is the [MASK] of [MASK]."}""", Token);
        Assert.Equal("Beijing is the emulated 1 of emulated 2.", answer.Spoken);
        Assert.True(Assert.IsType<Card.Blanks>(answer.Card).IsEmulated);
    }

    [Theory]
    [InlineData("""{"fills": ["one"]}""", "One one two ___.")]
    [InlineData("""{"fills": ["one", 2, "three"]}""", "One one two ___.")]
    public async Task Fills_that_are_missing_leave_their_blanks(string content, string text)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Say(content);
        ToolAnswer answer = await host.CallAsync("fill_blanks", """{"text": "One [MASK] two [MASK]."}""", Token);
        Assert.Equal(text, string.Concat(Assert.IsType<Card.Blanks>(answer.Card).Parts.Select(static part => part.Text)));
    }

    [Theory]
    [InlineData("nothing of the kind")]
    [InlineData("""{"fills": []}""")]
    [InlineData("[]")]
    public async Task Answer_that_fills_nothing_is_a_failure(string content)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Say(content);
        Assert.IsType<Card.Notice>((await host.CallAsync("fill_blanks", """{"text": "One [MASK]."}""", Token)).Card);
    }

    private static Task<GlmHost> StartAsync(GlmHost infill) =>
        GlmHost.StartAsync(settings: new() { ["VoiceGlm:Tools:Providers:test:InfillAddress"] = new Uri(infill.Emulator.Address, "infill").AbsoluteUri });
}
