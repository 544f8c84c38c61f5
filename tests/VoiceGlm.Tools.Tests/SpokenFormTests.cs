namespace VoiceGlm.Tools.Tests;

public sealed class SpokenFormTests
{
    [Theory]
    [InlineData("One. Two. Three.", "One. Two.")]
    [InlineData("一。二！三？", "一。二！")]
    [InlineData("It costs 3.50 euros. Fine.", "It costs 3.50 euros. Fine.")]
    [InlineData("# Title\n\n**Bold** and `code` and [a page](https://example.com/x).", "Title Bold and code and a page.")]
    [InlineData("See https://example.com/a?b=c for more.", "See for more.")]
    [InlineData("Before.\n```python\nprint(1)\n```\nAfter.", "Before. After.")]
    [InlineData("```python\nprint(1)", "")]
    [InlineData("So $x^2 + 1$ it is.", "So it is.")]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2 |\nThat is the table.", "That is the table.")]
    [InlineData("- one\n- two", "one two")]
    [InlineData("", "")]
    public void Text_becomes_what_can_be_said(string text, string spoken) => Assert.Equal(spoken, SpokenForm.Of(text));

    [Fact]
    public void Words_that_look_like_a_call_of_a_tool_are_none_any_more() => Assert.Null(ToolCall.Parse(SpokenForm.Of("send_sms\n{\"to\": \"112\"}")));

    [Fact]
    public void Sentence_without_end_is_cut()
    {
        string spoken = SpokenForm.Of(string.Join(' ', Enumerable.Repeat("word", 1000)));
        Assert.InRange(spoken.Length, 200, 250);
        Assert.EndsWith("word.", spoken, StringComparison.Ordinal);
    }
}
