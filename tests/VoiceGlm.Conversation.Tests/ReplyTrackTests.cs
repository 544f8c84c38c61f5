namespace VoiceGlm.Conversation.Tests;

public sealed class ReplyTrackTests
{
    private const int Start = 100;

    [Theory]
    [InlineData(0, 0, "")]
    [InlineData(39, 0, "")]
    [InlineData(40, 1, "a")]
    [InlineData(80, 1, "a")]
    [InlineData(26 * 80, 26, "abcdefghijklm")]
    [InlineData(13 * 80, 13, "abcdefg")]
    [InlineData(27 * 80, 27, "abcdefghijklmn")]
    [InlineData(99_999, 52, "abcdefghijklmnopqrstuvwxyz")]
    public void Words_are_cut_where_the_speech_was_cut(int playedMilliseconds, int speechTokens, string text)
    {
        ReplyTrack track = Interleaved("abcdefghijklm", 26, "nopqrstuvwxyz", 26);
        track.IsComplete = true;

        HeardReply heard = track.HeardIn(TimeSpan.FromMilliseconds(playedMilliseconds), Start);

        Assert.Equal((speechTokens, text), (heard.SpeechTokens, heard.Text));
    }

    [Fact]
    public void Position_is_that_of_the_last_heard_speech_token()
    {
        ReplyTrack track = Interleaved("abcdefghijklm", 26, "nopqrstuvwxyz", 26);

        Assert.Equal(Start, track.HeardIn(TimeSpan.Zero, Start).Position);
        Assert.Equal(Start + 13 + 5, track.HeardIn(TimeSpan.FromMilliseconds(5 * 80), Start).Position);
        Assert.Equal(Start + 39 + 13 + 1, track.HeardIn(TimeSpan.FromMilliseconds(27 * 80), Start).Position);
    }

    [Fact]
    public void Group_that_is_still_thought_of_is_taken_to_become_as_long_as_groups_are()
    {
        ReplyTrack track = Interleaved("abcdefghijklm", 26, "nopqrstuvwxyz", 13);
        TimeSpan all = TimeSpan.FromMilliseconds(39 * 80);

        Assert.Equal("abcdefghijklmnopqrst", track.HeardIn(all, Start).Text);
        track.IsComplete = true;
        Assert.Equal("abcdefghijklmnopqrstuvwxyz", track.HeardIn(all, Start).Text);
    }

    [Fact]
    public void Last_words_are_spread_over_all_the_speech_that_is_left()
    {
        ReplyTrack track = Interleaved("ab", 100);
        track.IsComplete = true;

        Assert.Equal("a", track.HeardIn(TimeSpan.FromMilliseconds(50 * 80), Start).Text);
        Assert.Equal("ab", track.HeardIn(TimeSpan.FromMilliseconds(51 * 80), Start).Text);
    }

    [Fact]
    public void Reply_without_speech_was_not_heard() =>
        Assert.Equal(new HeardReply(Start, 0, ""), Interleaved("abc", 0).HeardIn(TimeSpan.FromSeconds(1), Start));

    // Each letter is a text token.
    private static ReplyTrack Interleaved(params object[] groups)
    {
        var track = new ReplyTrack(speechTokensPerSecond: 12.5, speechGroupTokens: 26);
        int position = Start;
        for (int i = 0; i < groups.Length; i += 2)
        {
            foreach (char letter in (string)groups[i]) track.Add(new ReplyPart.Text($"{letter}") { Position = ++position });
            for (int speech = 0; speech < (int)groups[i + 1]; speech++) track.Add(new ReplyPart.Speech(new SpeechToken(speech)) { Position = ++position });
        }

        return track;
    }
}
