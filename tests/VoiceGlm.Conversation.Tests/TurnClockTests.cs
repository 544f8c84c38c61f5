using Microsoft.Extensions.Time.Testing;

namespace VoiceGlm.Conversation.Tests;

public sealed class TurnClockTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TurnClock _clock;

    public TurnClockTests() => _clock = new TurnClock(_time);

    [Fact]
    public void Steps_after_the_decision_are_the_latency()
    {
        _clock.Decide(_clock.Now, Milliseconds(200));
        Pass(10);
        _clock.Tokenized();
        Pass(20);
        _clock.Read();
        Pass(30);
        _clock.FirstToken();
        Pass(40);
        _clock.FirstBlock();
        Pass(1);
        _clock.FirstAudio();
        Assert.Equal(
            new TurnTimings(Milliseconds(200), Milliseconds(10), Milliseconds(20), Milliseconds(30), Milliseconds(40), Milliseconds(101), default, default),
            _clock.ToTimings());
    }

    [Fact]
    public void Hearing_saves_what_was_done_before_the_decision()
    {
        Hear(50);
        Pass(500);
        Hear(30);
        _clock.Decide(_clock.Now, default);
        Assert.Equal(Milliseconds(80), _clock.ToTimings().SavedByHearing);
    }

    [Fact]
    public void Frames_that_waited_when_the_end_was_decided_were_not_heard_ahead()
    {
        Hear(50);
        long decided = _clock.Now;
        Hear(20);
        _clock.Decide(decided, default);
        Assert.Equal(Milliseconds(50), _clock.ToTimings().SavedByHearing);
    }

    [Theory]
    [InlineData(100, 250, 100)] // The block was there long before: the rest of the wait saved nothing.
    [InlineData(400, 250, 250)]
    public void Guessing_saves_the_time_from_the_pause_until_the_block_or_the_decision(int block, int decision, int saved)
    {
        _clock.Guess();
        long decided = _clock.Now + _time.TimestampFrequency * decision / 1000;
        Pass(block);
        _clock.FirstBlock();
        Pass(Math.Max(0, decision - block));
        _clock.Decide(decided, default);
        Assert.Equal(Milliseconds(saved), _clock.ToTimings().SavedByGuessing);
    }

    [Fact]
    public void Wrong_guess_saves_nothing()
    {
        _clock.Guess();
        Pass(100);
        _clock.FirstBlock();
        _clock.Forget();
        _clock.Decide(_clock.Now, default);
        Assert.Equal(default, _clock.ToTimings().SavedByGuessing);
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private void Pass(int milliseconds) => _time.Advance(Milliseconds(milliseconds));

    private void Hear(int milliseconds)
    {
        long begun = _clock.Now;
        Pass(milliseconds);
        _clock.HeardAhead(begun);
    }
}
