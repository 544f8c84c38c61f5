namespace VoiceGlm.Inference.Tests;

public class InferenceDeviceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_runs_in_the_order_it_was_asked_for_on_one_named_thread()
    {
        using var device = new InferenceDevice("ears");
        var order = new List<int>();
        Task<string?>[] tasks = [.. Enumerable.Range(0, 100).Select(number => device.RunAsync(
            _ =>
            {
                order.Add(number);
                return Thread.CurrentThread.Name;
            },
            Token))];

        string?[] names = await Task.WhenAll(tasks);

        Assert.Equal(Enumerable.Range(0, 100), order);
        Assert.All(names, static name => Assert.Equal("ears", name));
    }

    [Fact]
    public async Task Earliest_deadline_runs_first_and_equal_ones_in_the_order_of_asking()
    {
        Deadline now = Deadline.Now;
        Assert.Equal(
            ["at once", "1 s", "1 s, later", "2 s", "3 s"],
            await OrderAsync(("3 s", In(3)), ("1 s", In(1)), ("2 s", In(2)), ("1 s, later", In(1)), ("at once", static () => Deadline.AtOnce)));

        Func<Deadline> In(double seconds) => () => now + TimeSpan.FromSeconds(seconds);
    }

    [Fact]
    public async Task Nobody_overtakes_who_has_been_due_for_longer()
    {
        Deadline past = Deadline.Now - TimeSpan.FromSeconds(10);
        Assert.Equal(["first", "second", "third"], await OrderAsync(("first", static () => Deadline.AtOnce), ("second", () => past), ("third", static () => Deadline.AtOnce)));
    }

    [Fact]
    public async Task Nobody_is_overtaken_by_what_was_asked_for_after_the_longest_wait()
    {
        Deadline afterLongestWait = Deadline.Now + InferenceDevice.LongestWait + TimeSpan.FromSeconds(1);
        Assert.Equal(["patient", "late"], await OrderAsync(("patient", static () => new Deadline(long.MaxValue)), ("late", () => afterLongestWait)));
    }

    [Fact]
    public async Task Deadline_may_change_while_the_work_waits()
    {
        Deadline soon = Deadline.Now + TimeSpan.FromSeconds(1);
        Deadline changing = soon + TimeSpan.FromSeconds(1);
        Assert.Equal(["changed", "soon"], await OrderAsync(() => changing = Deadline.AtOnce, ("soon", () => soon), ("changed", () => changing)));
    }

    // What runs in which order when all of it waits at the moment that the device becomes free.
    private static Task<List<string>> OrderAsync(params (string Name, Func<Deadline> Deadline)[] work) => OrderAsync(static () => { }, work);

    private static async Task<List<string>> OrderAsync(Action beforeRelease, params (string Name, Func<Deadline> Deadline)[] work)
    {
        using var device = new InferenceDevice();
        using var release = new ManualResetEventSlim();
        Task<bool> busy = device.RunAsync(
            token =>
            {
                release.Wait(token);
                return true;
            },
            Token);
        var order = new List<string>();
        Task<bool>[] tasks = [.. work.Select(one => device.RunAsync(
            _ =>
            {
                order.Add(one.Name);
                return true;
            },
            one.Deadline,
            Token))];
        beforeRelease();
        release.Set();
        await busy;
        await Task.WhenAll(tasks);
        return order;
    }

    [Fact]
    public async Task Failure_reaches_its_caller_and_the_device_goes_on()
    {
        using var device = new InferenceDevice();
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(
            () => device.RunAsync<int>(static _ => throw new InvalidOperationException("seven"), Token));
        Assert.Equal("seven", thrown.Message);
        Assert.Equal(8, await device.RunAsync(static _ => 8, Token));
    }

    [Fact]
    public async Task Waiting_work_is_cancelled_at_once_and_never_runs()
    {
        using var device = new InferenceDevice();
        using var release = new ManualResetEventSlim();
        Task<bool> busy = device.RunAsync(
            token =>
            {
                release.Wait(token);
                return true;
            },
            Token);
        using var cancellation = new CancellationTokenSource();
        bool ran = false;
        Task<bool> waiting = device.RunAsync(_ => ran = true, cancellation.Token);

        await cancellation.CancelAsync();
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(cancellation.Token, exception.CancellationToken);
        Assert.False(busy.IsCompleted);
        release.Set();
        Assert.True(await busy);
        await device.RunAsync(static _ => 0, Token);
        Assert.False(ran);
    }

    [Fact]
    public async Task Work_that_has_begun_is_awaited_until_it_heeds_the_token()
    {
        using var device = new InferenceDevice();
        using var cancellation = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        using var finish = new ManualResetEventSlim();
        bool ended = false;
        Task<int> running = device.RunAsync<int>(
            token =>
            {
                begun.SetResult();
                finish.Wait(Token);
                ended = true;
                token.ThrowIfCancellationRequested();
                return 1;
            },
            cancellation.Token);
        await begun.Task;

        await cancellation.CancelAsync();
        Assert.False(running.IsCompleted);
        finish.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(ended);
    }

    [Fact]
    public async Task Result_counts_when_the_work_ignores_the_token()
    {
        using var device = new InferenceDevice();
        using var cancellation = new CancellationTokenSource();
        Assert.Equal(5, await device.RunAsync(
            _ =>
            {
                cancellation.Cancel();
                return 5;
            },
            cancellation.Token));
    }

    [Fact]
    public async Task Dispose_finishes_what_was_asked_for_and_refuses_more()
    {
        var device = new InferenceDevice();
        using var release = new ManualResetEventSlim();
        Task<int> first = device.RunAsync(
            token =>
            {
                release.Wait(token);
                return 1;
            },
            Token);
        bool ran = false;
        Task<bool> second = device.RunAsync(_ => ran = true, Token);
        Task disposing = Task.Run(device.Dispose, Token);
        release.Set();
        await disposing;

        Assert.True(ran);
        Assert.Equal(1, await first);
        Assert.True(await second);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => device.RunAsync(static _ => 3, Token));
        device.Dispose();
    }

    [Fact]
    public async Task Device_can_be_disposed_by_its_own_work()
    {
        var device = new InferenceDevice();
        Assert.Equal(4, await device.RunAsync(
            _ =>
            {
                device.Dispose();
                return 4;
            },
            Token));
    }
}
