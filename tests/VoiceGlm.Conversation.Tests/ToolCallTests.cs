namespace VoiceGlm.Conversation.Tests;

public sealed class ToolCallTests
{
    [Theory]
    [InlineData("order_status\n{\"order_id\": \"4712\"}", "order_status", "4712")]
    [InlineData("  order_status\n{\"order_id\":\n\"4712\"}\n", "order_status", "4712")]
    [InlineData("look\n{}", "look", "")]
    [InlineData("look\n{\"order_id\": 4712}", "look", "")]
    public void Name_and_arguments_are_read(string reply, string name, string id)
    {
        ToolCall call = ToolCall.Parse(reply)!;
        Assert.Equal(name, call.Name);
        Assert.Equal(id, call.Text("order_id"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Hello.")]
    [InlineData("Two words\n{}")]
    [InlineData("order_status\n{\"order_id\": ")]
    [InlineData("order_status\n{\"order_id\"}")]
    [InlineData("order_status\n[]")]
    [InlineData("order_status {}")]
    public void Anything_else_is_words(string reply) => Assert.Null(ToolCall.Parse(reply));
}
