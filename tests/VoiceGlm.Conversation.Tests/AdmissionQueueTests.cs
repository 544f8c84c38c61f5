namespace VoiceGlm.Conversation.Tests;

public sealed class AdmissionQueueTests
{
    [Fact]
    public async Task Sessions_beyond_the_places_wait_in_order_and_see_their_position()
    {
        var queue = new AdmissionQueue(places: 1, maxQueued: 2);
        IDisposable first = (await Enter(queue, []))!;
        List<int> secondPositions = [];
        List<int> thirdPositions = [];
        Task<IDisposable?> second = Enter(queue, secondPositions);
        Task<IDisposable?> third = Enter(queue, thirdPositions);

        Assert.Null(await Enter(queue, []));
        first.Dispose();
        (await second)!.Dispose();
        (await third)!.Dispose();

        Assert.Equal([1], secondPositions);
        Assert.Equal([2, 1], thirdPositions);
        Assert.NotNull(await Enter(queue, []));
    }

    [Fact]
    public async Task Session_that_leaves_the_queue_moves_the_others_up()
    {
        var queue = new AdmissionQueue(places: 1, maxQueued: 2);
        using IDisposable first = (await Enter(queue, []))!;
        using var leaving = new CancellationTokenSource();
        List<int> positions = [];
        Task<IDisposable?> second = queue.EnterAsync(static _ => { }, leaving.Token);
        Task<IDisposable?> third = Enter(queue, positions);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal([2, 1], positions);
        first.Dispose();
        Assert.NotNull(await third);
    }

    [Fact]
    public async Task Narrowed_queue_lets_nobody_in_until_as_many_have_left_as_were_too_many()
    {
        var queue = new AdmissionQueue(places: 3, maxQueued: 2);
        IDisposable[] inside = [(await Enter(queue, []))!, (await Enter(queue, []))!];

        queue.Narrow(1);
        queue.Narrow(2);
        Task<IDisposable?> waiting = Enter(queue, []);
        inside[0].Dispose();
        Assert.False(waiting.IsCompleted);
        inside[1].Dispose();

        using IDisposable? entered = await waiting;
        Assert.NotNull(entered);
        Assert.False(Enter(queue, []).IsCompleted);
    }

    [Fact]
    public async Task Place_given_back_twice_is_given_back_once()
    {
        var queue = new AdmissionQueue(places: 1, maxQueued: 1);
        IDisposable place = (await Enter(queue, []))!;
        place.Dispose();
        place.Dispose();

        using IDisposable? again = await Enter(queue, []);
        Assert.False(Enter(queue, []).IsCompleted);
    }

    private static Task<IDisposable?> Enter(AdmissionQueue queue, List<int> positions) => queue.EnterAsync(positions.Add, TestContext.Current.CancellationToken);
}
