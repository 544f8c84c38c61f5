namespace VoiceGlm.Conversation.Tests;

public sealed class ConversationHandlerTests
{
    private static readonly ConversationOptions s_onePlace = new() { MaxSessions = 1, MaxQueuedSessions = 2 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_beyond_the_places_is_told_its_position_and_begins_when_a_place_is_free()
    {
        await using var first = new Call(s_onePlace);
        await first.SeeStateAsync(ConversationState.Listening);
        await using var second = new InMemoryConnection(first.Time);
        await using var third = new InMemoryConnection(first.Time);
        Task secondSession = first.Handler.RunAsync(second, new SessionSettings(), Token);
        Task thirdSession = first.Handler.RunAsync(third, new SessionSettings(), Token);
        Assert.Equal(new VoiceEvent.Queued(1), await second.Events.ReadAsync(Token));
        Assert.Equal(new VoiceEvent.Queued(2), await third.Events.ReadAsync(Token));

        await first.HangUpAsync();

        Assert.Equal(new VoiceEvent.StateChanged(ConversationState.Listening), await second.Events.ReadAsync(Token));
        Assert.Equal(new VoiceEvent.Queued(1), await third.Events.ReadAsync(Token));
        second.HangUp();
        await secondSession;
        Assert.Equal(new VoiceEvent.StateChanged(ConversationState.Listening), await third.Events.ReadAsync(Token));
        third.HangUp();
        await thirdSession;
    }

    [Fact]
    public async Task Session_that_hangs_up_while_it_waits_makes_room_for_the_next()
    {
        await using var first = new Call(s_onePlace);
        await first.SeeStateAsync(ConversationState.Listening);
        await using var second = new InMemoryConnection(first.Time);
        await using var third = new InMemoryConnection(first.Time);
        Task secondSession = first.Handler.RunAsync(second, new SessionSettings(), Token);
        Task thirdSession = first.Handler.RunAsync(third, new SessionSettings(), Token);
        Assert.Equal(new VoiceEvent.Queued(2), await third.Events.ReadAsync(Token));

        second.HangUp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => secondSession);

        Assert.Equal(new VoiceEvent.Queued(1), await third.Events.ReadAsync(Token));
        await first.HangUpAsync();
        third.HangUp();
        await thirdSession;
    }

    [Fact]
    public async Task Session_beyond_the_queue_is_refused_with_a_reason()
    {
        await using var first = new Call(new ConversationOptions { MaxSessions = 1, MaxQueuedSessions = 0 });
        await first.SeeStateAsync(ConversationState.Listening);
        await using var second = new InMemoryConnection(first.Time);

        await first.Handler.RunAsync(second, new SessionSettings(), Token);

        Assert.Equal("capacity", Assert.IsType<VoiceEvent.SessionEnded>(await second.Events.ReadAsync(Token)).Reason);
        Assert.Equal(1, first.Handler.SessionCount);
    }
}
