using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace VoiceGlm.Tools.Tests;

public sealed class ToolRouterTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ToolCaller _caller = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task Tool_is_found_by_its_name_and_given_the_call()
    {
        ToolRouter router = Router(new Tool("other", static (_, _) => Task.FromResult(new ToolAnswer("no"))), new Tool("echo", static (call, _) => Task.FromResult(new ToolAnswer(call.Text("words")))));
        Assert.Equal("hello", (await router.CallAsync(Call("echo", """{"words": "hello"}"""), _caller, Token)).Spoken);
    }

    [Fact]
    public async Task Tool_that_is_not_here_is_told_in_a_sentence() =>
        Assert.Equal("I am sorry, I cannot do that here.", (await Router().CallAsync(Call("draw_picture", "{}"), _caller, Token)).Spoken);

    [Fact]
    public async Task Failure_is_told_without_its_words()
    {
        ToolRouter router = Router(new Tool("echo", static (_, _) => throw new InvalidOperationException("secret")));
        Assert.Equal("I am sorry, that did not work.", (await router.CallAsync(Call("echo", "{}"), _caller, Token)).Spoken);
    }

    [Fact]
    public async Task Tool_that_does_not_end_is_given_up_after_the_timeout()
    {
        var never = new TaskCompletionSource<ToolAnswer>();
        ValueTask<ToolAnswer> answer = Router(new Tool("slow", (_, _) => never.Task)).CallAsync(Call("slow", "{}"), _caller, Token);
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(answer.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("I am sorry, that did not work.", (await answer).Spoken);
    }

    [Fact]
    public async Task End_of_the_turn_ends_the_tool()
    {
        using var turn = new CancellationTokenSource();
        CancellationToken seen = default;
        var never = new TaskCompletionSource<ToolAnswer>();
        ToolRouter router = Router(new Tool("slow", (_, cancellationToken) =>
        {
            seen = cancellationToken;
            return never.Task;
        }));
        ValueTask<ToolAnswer> answer = router.CallAsync(Call("slow", "{}"), _caller, turn.Token);
        await turn.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await answer);
        Assert.True(seen.IsCancellationRequested);
    }

    [Fact]
    public async Task Tool_that_cannot_be_had_is_not_here()
    {
        ToolRouter router = Router(new Tool("draw_picture", static (_, _) => Task.FromResult(new ToolAnswer("no"))) { IsAvailable = false });
        Assert.Equal("I am sorry, I cannot do that here.", (await router.CallAsync(Call("draw_picture", "{}"), _caller, Token)).Spoken);
    }

    [Fact]
    public async Task Card_of_the_answer_is_shown()
    {
        var card = new Card.Notice("a", "b");
        await Router(new Tool("echo", (_, _) => Task.FromResult(new ToolAnswer("c", card)))).CallAsync(Call("echo", "{}"), _caller, Token);
        Assert.Same(card, Assert.Single(_caller.Shown).Card);
    }

    [Fact]
    public async Task Work_that_costs_goes_on_after_an_interruption_and_is_announced()
    {
        using var turn = new CancellationTokenSource();
        var drawing = new TaskCompletionSource<ToolAnswer>();
        CancellationToken seen = default;
        ToolRouter router = Router(new Tool("draw", (_, cancellationToken) =>
        {
            seen = cancellationToken;
            return drawing.Task;
        })
        { Policy = new ToolPolicy { IsKept = true } });
        ValueTask<ToolAnswer> answer = router.CallAsync(Call("draw", "{}"), _caller, turn.Token);
        await turn.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await answer);
        Assert.False(seen.IsCancellationRequested);
        drawing.SetResult(new ToolAnswer("Your picture is ready."));
        Assert.Equal("Your picture is ready.", await _caller.Announcing.Task.WaitAsync(Token));
    }

    [Fact]
    public async Task Work_that_costs_goes_to_the_background_when_it_takes_long()
    {
        var drawing = new TaskCompletionSource<ToolAnswer>();
        ToolRouter router = Router(new Tool("draw", (_, _) => drawing.Task) { Policy = new ToolPolicy { IsKept = true, Timeout = TimeSpan.FromMinutes(5) } });
        ValueTask<ToolAnswer> answer = router.CallAsync(Call("draw", "{}"), _caller, Token);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("It takes a while. I will tell you when it is ready.", (await answer).Spoken);
        drawing.SetResult(new ToolAnswer("Your picture is ready."));
        Assert.Equal("Your picture is ready.", await _caller.Announcing.Task.WaitAsync(Token));
    }

    [Fact]
    public async Task End_of_the_conversation_ends_what_was_kept()
    {
        CancellationToken seen = default;
        ToolRouter router = Router(new Tool("draw", (_, cancellationToken) =>
        {
            seen = cancellationToken;
            return new TaskCompletionSource<ToolAnswer>().Task;
        })
        { Policy = new ToolPolicy { IsKept = true } });
        ValueTask<ToolAnswer> answer = router.CallAsync(Call("draw", "{}"), _caller, Token);
        _caller.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await answer);
        Assert.True(seen.IsCancellationRequested);
    }

    [Fact]
    public void Fillers_are_said_after_a_silence_and_in_the_conversations_language()
    {
        ToolRouter router = Router(new Tool("echo", static (_, _) => Task.FromResult(new ToolAnswer("no"))));
        Assert.Equal([new ToolFiller(TimeSpan.FromSeconds(0.7), "One moment."), new ToolFiller(TimeSpan.FromSeconds(8), "I am still working on it.")], router.FillersOf(Call("echo", "{}"), "en"));
        Assert.Equal("稍等。", router.FillersOf(Call("echo", "{}"), "zh")[0].Words);
        Assert.Empty(router.FillersOf(Call("nobody", "{}"), "en"));
    }

    private static ToolCall Call(string name, string arguments) => ToolCall.Parse($"{name}\n{arguments}")!;

    // Nothing is routed here: RoutingTests do.
    private ToolRouter Router(params ITool[] tools) => new(tools, null!, Options.Create(new ToolOptions()), _time, NullLogger<ToolRouter>.Instance);

    private sealed class Tool(string name, Func<ToolCall, CancellationToken, Task<ToolAnswer>> run) : ITool
    {
        public string Name => name;

        public ToolPolicy Policy { get; init; } = ToolPolicy.Quick;

        public bool IsAvailable { get; init; } = true;

        public ValueTask<ToolAnswer> RunAsync(ToolRun asked, CancellationToken cancellationToken) => new(run(asked.Call, cancellationToken));
    }
}
