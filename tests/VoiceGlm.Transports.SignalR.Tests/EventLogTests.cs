namespace VoiceGlm.Transports.SignalR.Tests;

public sealed class EventLogTests
{
    private readonly EventLog _log = new();

    [Fact]
    public void Events_are_taken_once_in_order()
    {
        Append(3);
        Assert.Equal([1, 2, 3], TakeAll());
        Assert.Empty(TakeAll());
        Append(1);
        Assert.Equal([4], TakeAll());
    }

    [Fact]
    public void Rewind_sends_again_what_another_socket_lacks()
    {
        Append(5);
        TakeAll();
        _log.Rewind(3);
        Assert.Equal([4, 5], TakeAll());
    }

    [Theory]
    [InlineData(-7)]
    [InlineData(0)]
    [InlineData(99)]
    public void Rewind_to_the_impossible_sends_what_is_kept_or_nothing(long received)
    {
        Append(5);
        TakeAll();
        _log.Acknowledge(2);
        _log.Rewind(received);
        Assert.Equal(received > 5 ? [] : [3, 4, 5], TakeAll());
    }

    [Fact]
    public void Log_is_full_until_the_client_has_some()
    {
        Append(EventLog.Capacity);
        Assert.True(_log.IsFull);
        _log.Acknowledge(EventLog.Capacity); // never sent: not believed
        Assert.True(_log.IsFull);
        TakeAll();
        _log.Acknowledge(1);
        Assert.False(_log.IsFull);
    }

    private void Append(int count)
    {
        for (int i = 0; i < count; i++) _log.Append(static sequence => new ServerMessage.Flush(sequence, default));
    }

    private List<long> TakeAll()
    {
        var taken = new List<long>();
        while (_log.Take() is ServerMessage.Flush flush) taken.Add(flush.Sequence);
        return taken;
    }
}
