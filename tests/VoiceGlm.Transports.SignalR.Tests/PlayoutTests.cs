using Microsoft.Extensions.Time.Testing;

namespace VoiceGlm.Transports.SignalR.Tests;

public sealed class PlayoutTests
{
    private static readonly SampleRate s_rate = SampleRate.Wideband;
    private static readonly TurnId s_turn = new(1);
    private readonly FakeTimeProvider _time = new();
    private readonly Playout _playout;

    public PlayoutTests()
    {
        _playout = new Playout(TimeSpan.FromMilliseconds(400), _time);
        _playout.Attach(default, 0, 0, speaker: true);
    }

    [Fact]
    public void Speech_is_sent_so_far_ahead_of_what_was_played_and_no_further()
    {
        _playout.Add(s_turn, new float[16_000], s_rate);
        Assert.Equal(400, TakeMilliseconds());
        _playout.Acknowledge(s_turn, 1_600);
        Assert.Equal(100, TakeMilliseconds());
        Assert.Equal(0, TakeMilliseconds());
    }

    [Fact]
    public void No_more_is_taken_when_a_second_waits()
    {
        _playout.Add(s_turn, new float[15_999], s_rate);
        Assert.False(_playout.IsFull);
        _playout.Add(s_turn, new float[1], s_rate);
        Assert.True(_playout.IsFull);
        TakeMilliseconds();
        Assert.False(_playout.IsFull);
    }

    [Fact]
    public void Slices_follow_one_another_and_hold_the_samples()
    {
        float[] samples = [.. Enumerable.Range(0, 1_000).Select(static i => i / 1_000f)];
        _playout.Add(s_turn, samples.AsSpan(0, 333), s_rate);
        _playout.Add(s_turn, samples.AsSpan(333), s_rate);
        long position = 0;
        while (_playout.Take() is { } slice)
        {
            Assert.Equal(position, slice.Position);
            for (int i = 0; i < slice.Length; i++)
                Assert.Equal((short)MathF.Round(samples[position + i] * 32767), BitConverter.ToInt16(slice.Pcm16.Span[(2 * i)..]));
            position += slice.Length;
        }

        Assert.Equal(1_000, position);
    }

    [Fact]
    public void Samples_out_of_range_are_clipped()
    {
        _playout.Add(s_turn, [2f, -2f, float.NaN], s_rate);
        Assert.Equal([0xFF, 0x7F, 0x01, 0x80, 0, 0], _playout.Take()!.Pcm16.ToArray());
    }

    [Fact]
    public void Resumed_client_is_sent_what_it_lacks_from_the_exact_sample()
    {
        _playout.Add(s_turn, new float[6_400], s_rate);
        TakeMilliseconds();
        _playout.Attach(s_turn, played: 1_000, needed: 1_500, speaker: true);
        SpeechSlice first = _playout.Take()!;
        Assert.Equal((1_500, 100), (first.Position, first.Length));
        Assert.Equal(1_600, _playout.Take()!.Position);
    }

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(99_999, 6_400)]
    public void Resumed_client_that_asks_for_the_impossible_is_sent_what_is_kept(long needed, long expected)
    {
        _playout.Add(s_turn, new float[9_600], s_rate);
        TakeMilliseconds();
        _playout.Attach(s_turn, played: 0, needed, speaker: true);
        Assert.Equal(expected, _playout.Take()?.Position ?? 6_400);
    }

    [Fact]
    public void Played_position_plays_on_between_two_messages_of_the_client_but_not_for_long()
    {
        _playout.Add(s_turn, new float[16_000], s_rate);
        TakeMilliseconds();
        Assert.Equal(TimeSpan.Zero, _playout.PlayedOf(s_turn));
        _playout.Acknowledge(s_turn, 1_600);
        _time.Advance(TimeSpan.FromMilliseconds(30));
        Assert.Equal(130, _playout.PlayedOf(s_turn).TotalMilliseconds);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(250, _playout.PlayedOf(s_turn).TotalMilliseconds);
    }

    [Fact]
    public void Played_position_never_passes_what_was_sent_and_never_falls()
    {
        _playout.Add(s_turn, new float[3_200], s_rate);
        TakeMilliseconds();
        _playout.Acknowledge(s_turn, 2_400);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, _playout.PlayedOf(s_turn).TotalMilliseconds);
        _playout.Acknowledge(s_turn, 2_500);
        Assert.Equal(200, _playout.PlayedOf(s_turn).TotalMilliseconds);
        _playout.Acknowledge(s_turn, 10);
        Assert.Equal(TimeSpan.FromSeconds(2_500 / 16_000.0), _playout.KnownPlayedOf(s_turn));
    }

    [Fact]
    public void Client_that_claims_to_have_played_what_was_never_sent_is_not_believed()
    {
        _playout.Add(s_turn, new float[16_000], s_rate);
        TakeMilliseconds();
        Assert.False(_playout.Acknowledge(s_turn, 6_401));
        Assert.Equal(400, _playout.KnownPlayedOf(s_turn).TotalMilliseconds);
        Assert.False(_playout.Acknowledge(new TurnId(9), 1));
    }

    [Fact]
    public void Flush_drops_what_was_not_sent_and_what_still_comes()
    {
        _playout.Add(s_turn, new float[16_000], s_rate);
        TakeMilliseconds();
        _playout.Acknowledge(s_turn, 1_600);
        Assert.True(_playout.Flush(s_turn));
        Assert.Null(_playout.Take());
        Assert.Equal(0, _playout.Add(s_turn, new float[100], s_rate));
        Assert.True(_playout.IsDrained(s_turn));
        Assert.False(_playout.IsFlushConfirmed(s_turn));
        Assert.True(_playout.ConfirmFlush(s_turn, 2_003));
        Assert.True(_playout.IsFlushConfirmed(s_turn));
        Assert.Equal(TimeSpan.FromSeconds(2_003 / 16_000.0), _playout.KnownPlayedOf(s_turn));
        _playout.Acknowledge(s_turn, 3_000);
        Assert.Equal(TimeSpan.FromSeconds(2_003 / 16_000.0), _playout.KnownPlayedOf(s_turn));
    }

    [Fact]
    public void Flush_tells_the_client_nothing_when_nothing_is_on_its_way()
    {
        Assert.False(_playout.Flush(s_turn));
        Assert.True(_playout.IsFlushConfirmed(s_turn));
        _playout.Add(new TurnId(2), new float[320], s_rate);
        TakeMilliseconds();
        _playout.Acknowledge(new TurnId(2), 320);
        Assert.False(_playout.Flush(new TurnId(2)));
    }

    [Fact]
    public void Flush_leaves_the_next_reply_alone()
    {
        _playout.Add(s_turn, new float[6_400], s_rate);
        TakeMilliseconds();
        _playout.Flush(s_turn);
        _playout.Add(new TurnId(2), new float[320], s_rate);
        Assert.Equal(new TurnId(2), _playout.Take()!.Turn);
    }

    [Fact]
    public void Client_without_a_speaker_has_played_everything_when_it_is_made()
    {
        _playout.Add(s_turn, new float[16_000], s_rate);
        _playout.Attach(default, 0, 0, speaker: false);
        Assert.True(_playout.IsDrained(s_turn));
        _playout.Add(s_turn, new float[16_000], s_rate);
        Assert.Null(_playout.Take());
        Assert.Equal(2, _playout.PlayedOf(s_turn).TotalSeconds);
    }

    [Fact]
    public void Reply_is_drained_when_the_client_has_said_that_all_was_played()
    {
        _playout.Add(s_turn, new float[320], s_rate);
        TakeMilliseconds();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_playout.IsDrained(s_turn));
        _playout.Acknowledge(s_turn, 320);
        Assert.True(_playout.IsDrained(s_turn));
    }

    [Fact]
    public void Reply_that_changes_its_rate_is_a_mistake_of_the_caller()
    {
        _playout.Add(s_turn, new float[320], s_rate);
        Assert.Throws<ArgumentException>(() => _playout.Add(s_turn, new float[320], SampleRate.Vocoder));
    }

    private double TakeMilliseconds()
    {
        double milliseconds = 0;
        while (_playout.Take() is { } slice) milliseconds += slice.SampleRate.DurationOf(slice.Length).TotalMilliseconds;
        return milliseconds;
    }
}
