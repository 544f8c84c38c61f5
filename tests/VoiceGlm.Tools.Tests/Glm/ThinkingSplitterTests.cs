using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Tests.Glm;

/// <summary>Corpus D, where thoughts come inside the text.</summary>
public sealed class ThinkingSplitterTests
{
    public static TheoryData<string, string, string> Texts => new()
    {
        { "Plain answer.", "", "Plain answer." },
        { "###Thinking\nWhy not.\n###Response\nForty-two.", "Why not.", "Forty-two." },
        { "<think>Why not.</think>Forty-two.", "Why not.", "Forty-two." },
        { "Why not.</think>Forty-two.", "Why not.", "Forty-two." },
        { "</think>Forty-two.", "", "Forty-two." },
        { "<think>Why < not.</think><answer>Forty-two.</answer>", "Why < not.", "Forty-two." },
        { "<think>为什么</think><|begin_of_box|>四十二<|end_of_box|>", "为什么", "四十二" },
        { "a < b and # c <thin", "", "a < b and # c <thin" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_cut_at_every_place_is_split_as_the_whole(string text, string thoughts, string answer)
    {
        for (int cut = 0; cut <= text.Length; cut++)
        {
            for (int second = cut; second <= text.Length; second++)
            {
                var splitter = new ThinkingSplitter();
                foreach (string piece in new[] { text[..cut], text[cut..second], text[second..] }) splitter.Append(piece);
                splitter.Complete();
                Assert.Equal((thoughts, answer, false), (splitter.Thoughts, splitter.Text, splitter.IsThinking));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_of_single_characters_is_split_as_the_whole(string text, string thoughts, string answer)
    {
        var splitter = new ThinkingSplitter();
        foreach (char letter in text) splitter.Append(letter.ToString());
        splitter.Complete();
        Assert.Equal((thoughts, answer), (splitter.Thoughts, splitter.Text));
    }

    [Fact]
    public void Thoughts_that_do_not_end_are_no_answer()
    {
        var splitter = new ThinkingSplitter();
        splitter.Append("<think>And then");
        splitter.Complete();
        Assert.Equal(("And then", "", true), (splitter.Thoughts, splitter.Text, splitter.IsThinking));
    }

    [Fact]
    public void Template_that_begins_the_thoughts_is_known()
    {
        var splitter = new ThinkingSplitter(startsInThinking: true);
        Assert.Equal([new ChatPart.Thought("Why not."), new ChatPart.Text("Forty-two.")], splitter.Append("Why not.</think>Forty-two."));
    }

    [Fact]
    public void Word_that_begins_like_a_marker_is_told_once_it_is_none()
    {
        var splitter = new ThinkingSplitter();
        Assert.Equal([new ChatPart.Text("a ")], splitter.Append("a <thin"));
        Assert.Equal([new ChatPart.Text("<thing>")], splitter.Append("g>"));
    }
}
