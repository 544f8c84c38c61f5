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
