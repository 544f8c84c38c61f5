using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace VoiceGlm.Tools.Tests;

public sealed class ToolRouterTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tool_is_found_by_its_name_and_given_the_call()
    {
        ToolRouter router = Router(new Tool("other", static (_, _) => Task.FromResult(new ToolAnswer("no"))), new Tool("echo", static (call, _) => Task.FromResult(new ToolAnswer(call.Text("words")))));
        Assert.Equal("hello", (await router.CallAsync(Call("echo", """{"words": "hello"}"""), Token)).Spoken);
    }

    [Fact]
    public async Task Tool_that_is_not_here_is_told_in_a_sentence() =>
        Assert.Equal("I am sorry, I cannot do that here.", (await Router().CallAsync(Call("draw_picture", "{}"), Token)).Spoken);

    [Fact]
    public async Task Failure_is_told_without_its_words()
    {
        ToolRouter router = Router(new Tool("echo", static (_, _) => throw new InvalidOperationException("secret")));
        Assert.Equal("I am sorry, that did not work.", (await router.CallAsync(Call("echo", "{}"), Token)).Spoken);
    }

    [Fact]
    public async Task Tool_that_does_not_end_is_given_up_after_the_timeout()
    {
        var never = new TaskCompletionSource<ToolAnswer>();
        ValueTask<ToolAnswer> answer = Router(new Tool("slow", (_, _) => never.Task)).CallAsync(Call("slow", "{}"), Token);
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
        ValueTask<ToolAnswer> answer = router.CallAsync(Call("slow", "{}"), turn.Token);
        await turn.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await answer);
        Assert.True(seen.IsCancellationRequested);
    }

    private static ToolCall Call(string name, string arguments) => ToolCall.Parse($"{name}\n{arguments}")!;

    private ToolRouter Router(params ITool[] tools) => new(tools, Options.Create(new ToolOptions()), _time, NullLogger<ToolRouter>.Instance);

    private sealed class Tool(string name, Func<ToolCall, CancellationToken, Task<ToolAnswer>> run) : ITool
    {
        public string Name => name;

        public ValueTask<ToolAnswer> RunAsync(ToolCall toolCall, CancellationToken cancellationToken) => new(run(toolCall, cancellationToken));
    }
}
