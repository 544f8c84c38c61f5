using VoiceGlm.Tools.Phone;

namespace VoiceGlm.Tools.Tests.Phone;

/// <summary>Corpus K: the grammar of actions.</summary>
public sealed class PhoneReplyTests
{
    public static TheoryData<string, string, string> Answers => new()
    {
        { "<think>Open it.</think>\n<answer>do(action=\"Launch\", app=\"京东\")</answer>", "Open it.", "Launch { App = 京东 }" },
        { "<think>Open it.</think>\n<answer>do(action=\"Launch\", app=\"京东\")", "Open it.", "Launch { App = 京东 }" },
        { "Open it.\ndo(action=\"Launch\", app=\"Notes\")</answer>", "Open it.", "Launch { App = Notes }" },
        { "<think>I could do(action=\"Back\") but do(action= is not it.</think><answer>do(action=\"Home\")</answer>", "I could do(action=\"Back\") but do(action= is not it.", "Home { }" },
        { "I could do(action=\"Back\") first. do(action=\"Home\")", "I could do(action=\"Back\") first.", "Home { }" },
        { "do(action=“Type”, text=“你好”)", "", "Type { Text = 你好 }" },
        { "do(action=\"Type\", text=\"one\ntwo\")", "", "Type { Text = one\ntwo }" },
        { "do(action=\"Type\", text=\"one\\ntwo\")", "", "Type { Text = one\ntwo }" },
        { "do(action=\"Type\", text=\"He said \"hi\" (twice) to do(it).\")", "", "Type { Text = He said \"hi\" (twice) to do(it). }" },
        { "do(action=\"Type\", text=\"a \\\"b\\\" c\")  ", "", "Type { Text = a \"b\" c }" },
        { "do(action=\"Type_Name\", text=\"Ada\")", "", "Type { Text = Ada }" },
        { "do(action=\"Tap\", element=[500,900])", "", "Tap { X = 500, Y = 900, Sensitive =  }" },
        { "do(action=\"Tap\", element=[ 0 , 1000 ], message=\"重要操作\")", "", "Tap { X = 0, Y = 1000, Sensitive = 重要操作 }" },
        { "do(action=\"Long Press\", element=[1,2])", "", "LongPress { X = 1, Y = 2 }" },
        { "do(action=\"Double Tap\", element=[1,2])", "", "DoubleTap { X = 1, Y = 2 }" },
        { "do(action=\"Swipe\", start=[500,800], end=[500,200])", "", "Swipe { FromX = 500, FromY = 800, ToX = 500, ToY = 200 }" },
        { "do(action=\"Take_over\", message=\"sign in\")", "", "TakeOver { Message = sign in }" },
        { "do(action=\"Interact\")", "", "Interact { Message =  }" },
        { "do(action=\"Note\", message=\"True\")", "", "Note { Message = True }" },
        { "do(action=\"Call_API\", instruction=\"sum up\")", "", "Note { Message = sum up }" },
        { "do(action=\"Wait\", duration=\"3 seconds\")", "", "Wait { Duration = 00:00:03 }" },
        { "do(action=\"Wait\", duration=\"9999 seconds\")", "", "Wait { Duration = 00:00:10 }" },
        { "finish(message=\"It is \"done\".\")", "", "Finish { Message = It is \"done\". }" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Action_is_read(string text, string thought, string action)
    {
        PhoneReply reply = PhoneReply.Parse(text);
        Assert.Null(reply.Fault);
        Assert.Equal((thought, action), (reply.Thought, reply.Action!.ToString()));
    }

    [Theory]
    [InlineData("I do not know.", "none that is complete")]
    [InlineData("", "none that is complete")]
    [InlineData("do(action=\"Tap\", element=[500", "none that is complete")]
    [InlineData("do(action=\"Tap\", element=[1001,5])", "Expected element within 0 and 999, found 1001.")]
    [InlineData("do(action=\"Tap\", element=[-5,5])", "Expected element within 0 and 999, found -5.")]
    [InlineData("do(action=\"Tap\")", "Expected element=[x,y], found none.")]
    [InlineData("do(action=\"Explode\")", "Expected a known action, found explode.")]
    [InlineData("do(action=\"Type\")", "Expected text=\"…\", found none.")]
    [InlineData("do(__import__('os').system('rm'))", "none that is complete")]
    public void What_is_no_action_is_told_and_not_guessed(string text, string fault)
    {
        PhoneReply reply = PhoneReply.Parse(text);
        Assert.Null(reply.Action);
        Assert.Contains(fault, reply.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_cut_anywhere_is_read_or_told_and_never_throws()
    {
        const string Whole = "<think>a \"b\" do(</think><answer>do(action=\"Swipe\", start=[1,2], end=[3,4], message=\"x\\\"y\")</answer>";
        for (int length = 0; length <= Whole.Length; length++) _ = PhoneReply.Parse(Whole[..length]);
    }
}
