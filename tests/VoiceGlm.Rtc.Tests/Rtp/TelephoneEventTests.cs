using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

public sealed class TelephoneEventTests
{
    [Fact]
    public void Event_is_written_as_RFC_4733_draws_it()
    {
        var payload = new byte[TelephoneEvent.Length];
        new TelephoneEvent(11, true, 10, 800).Write(payload);
        Assert.Equal("0B8A0320", Convert.ToHexString(payload));
        Assert.True(TelephoneEvent.TryParse(payload, out TelephoneEvent read));
        Assert.Equal((new TelephoneEvent(11, true, 10, 800), '#'), (read, read.Key));
        Assert.False(TelephoneEvent.TryParse(payload.AsSpan(1), out _));
        Assert.Null(new TelephoneEvent(16, false, 0, 0).Key);
    }

    [Fact]
    public void Keys_have_the_codes_of_a_telephone()
    {
        Assert.Equal(Enumerable.Range(0, 16).Select(static code => (byte)code), "0123456789*#abcD".Select(TelephoneEvent.CodeOf));
        Assert.Throws<ArgumentOutOfRangeException>(static () => TelephoneEvent.CodeOf('x'));
    }

    [Fact]
    public void Press_grows_and_its_end_comes_three_times()
    {
        var presses = new TelephoneEventPresses(5, duration: 400, step: 160);
        List<(int Duration, bool IsEnd, bool IsFirst)> sent = [];
        while (presses.TryNext(out TelephoneEvent next, out bool isFirst))
            sent.Add((next.Duration, next.IsEnd, isFirst));
        Assert.Equal([(160, false, true), (320, false, false), (400, true, false), (400, true, false), (400, true, false)], sent);
    }

    [Fact]
    public void Press_is_heard_once_whatever_is_lost_or_late()
    {
        var receiver = default(TelephoneEventReceiver);
        (uint Timestamp, bool IsEnd, bool News)[] packets =
        [
            (1000, false, true), (1000, false, false), (1000, true, true), (1000, true, false), (1000, true, false),
            (5000, true, true), (5000, false, false), (1000, true, false), (9000, false, true), (13000, false, true), (9000, true, false),
        ];
        foreach ((uint timestamp, bool isEnd, bool news) in packets)
            Assert.Equal(news, receiver.IsNews(new TelephoneEvent(1, isEnd, 10, 160), timestamp));
    }

    [Fact]
    public void Damaged_presses_are_read_and_each_is_news_once()
    {
        var receiver = default(TelephoneEventReceiver);
        int read = 0;
        uint timestamp = 0;
        new Mutator(9, [0x0B, 0x0A, 0x03, 0x20], [0x00, 0x8A, 0xFF, 0xFF, 0x01, 0x0A, 0x00, 0xA0]).Run(input =>
        {
            if (!TelephoneEvent.TryParse(input.Span, out TelephoneEvent press)) return;
            read++;
            if (press.Key is { } key && TelephoneEvent.CodeOf(key) != press.Code) Assert.Fail($"Key {key} has another code.");
            timestamp += 160;
            if (!receiver.IsNews(press, timestamp)) Assert.Fail("A press is no news.");
            if (receiver.IsNews(press, timestamp)) Assert.Fail("A press is news twice.");
        });
        Assert.InRange(read, Mutator.Count / 100, Mutator.Count);
    }
}
