using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Routing;
using VoiceGlm.Tools.Tests.Glm;

namespace VoiceGlm.Tools.Tests.Routing;

/// <summary>Finding the tool for a model that calls none; corpus E, where a model chooses.</summary>
public sealed class RoutingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Draw a red fox in the snow.", "draw_picture", "prompt", "a red fox in the snow")]
    [InlineData("please could you draw me a fox", "draw_picture", "prompt", "a fox")]
    [InlineData("make a picture of a fox", "draw_picture", "prompt", "a fox")]
    [InlineData("请画一只狐狸", "draw_picture", "prompt", "一只狐狸")]
    [InlineData("think hard about why the sea is salty", "think_hard", "question", "why the sea is salty")]
    [InlineData("仔细想想，海水为什么是咸的？", "think_hard", "question", "海水为什么是咸的")]
    [InlineData("Ask GLM, why is the sky blue?", "ask_glm", "question", "why is the sky blue")]
    [InlineData("问一下 GLM-4 是谁", "ask_glm", "question", "GLM-4 是谁")]
    [InlineData("write a program that sorts a list", "write_code", "task", "write a program that sorts a list")]
    [InlineData("what do you see", "look_at_image", "question", "what do you see")]
    [InlineData("make a video of waves", "make_video", "prompt", "waves")]
    [InlineData("填空：北京是__的首都", "fill_blanks", "text", "北京是__的首都")]
    [InlineData("is the video ready?", "job_status", "", "")]
    [InlineData("视频好了吗", "job_status", "", "")]
    [InlineData("打开微信给妈妈发消息", "operate_phone", "task", "打开微信给妈妈发消息")]
    public async Task Request_that_begins_with_a_phrase_is_a_call_and_nobody_is_asked(string request, string name, string argument, string value)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        ToolCall call = (await host.Get<IToolRouter>().RouteAsync(request, host.Caller, Token))!;
        Assert.Equal((name, value), (call.Name, argument.Length > 0 ? call.Text(argument) : ""));
        Assert.Empty(host.Emulator.Requests);
    }

    [Theory]
    [InlineData("how are you")]
    [InlineData("I withdraw money")]
    [InlineData("drawers are useful")]
    [InlineData("what do you think about rain")]
    [InlineData("这幅画真好看")]
    public async Task Talk_is_no_call_by_the_rules(string request)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        Assert.Null(TriggerRules.Match(request, host.Get<IEnumerable<ITool>>()));
    }

    [Fact]
    public async Task Fast_model_chooses_where_the_rules_do_not()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        ToolCall call = (await host.Get<IToolRouter>().RouteAsync("I would love a picture of a fox", host.Caller, Token))!;
        Assert.Equal(("draw_picture", "I would love a picture of a fox"), (call.Name, call.Text("prompt")));
        var functions = host.Emulator.Requests.Single().Body.GetProperty("tools");
        Assert.Contains(functions.EnumerateArray(), static tool => tool.GetProperty("function").GetProperty("name").GetString() == "draw_picture" && tool.GetProperty("function").TryGetProperty("description", out _));
    }

    [Theory]
    [InlineData("A1")] // words, no call
    [InlineData("E5")] // a tool that is not here
    [InlineData("J1113")]
    [InlineData("J502")]
    public async Task Nothing_is_called_where_the_fast_model_does_not_choose_one_that_is_here(string scenario)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(TimeSpan.FromSeconds(1)), GlmHost.Models(GlmRole.Fast, "glm-4-flash@" + scenario));
        Assert.Null(await host.Get<IToolRouter>().RouteAsync("tell me something", host.Caller, Token));
    }

    [Fact]
    public async Task Arguments_that_are_no_json_are_told_to_the_model_once()
    {
        await using GlmHost host = await GlmHost.StartAsync(settings: GlmHost.Models(GlmRole.Fast, "glm-4-flash"));
        var weather = new Weather();
        host.Emulator.Next("chat/completions", "E4", "E1");
        ToolCall call = (await host.Get<FastRouter>().ChooseAsync("the weather in Beijing", [weather], Token))!;
        Assert.Equal("Beijing", call.Text("city"));
        var messages = host.Emulator.Requests.Last().Body.GetProperty("messages");
        Assert.Equal(("tool", "call_0"), (messages[3].GetProperty("role").GetString(), messages[3].GetProperty("tool_call_id").GetString()));
        Assert.StartsWith("The arguments are not a JSON object.", messages[3].GetProperty("content").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_that_stay_no_json_are_given_up()
    {
        await using GlmHost host = await GlmHost.StartAsync(settings: GlmHost.Models(GlmRole.Fast, "glm-4-flash@E4"));
        Assert.Null(await host.Get<FastRouter>().ChooseAsync("the weather in Beijing", [new Weather()], Token));
        Assert.Equal(2, host.Emulator.Requests.Count);
    }

    [Fact]
    public async Task Model_that_is_too_slow_is_not_waited_for_beyond_the_budget()
    {
        var time = new FakeTimeProvider();
        await using GlmHost host = await GlmHost.StartAsync(time, emulatorTime: new FakeTimeProvider());
        host.Emulator.Next("chat/completions", "C10");
        ValueTask<ToolCall?> call = host.Get<IToolRouter>().RouteAsync("tell me something", host.Caller, Token);
        var request = await host.Emulator.Arrivals.ReadAsync(Token);
        await request.Waiting.WaitAsync(Token);
        time.Advance(FastRouter.Budget);
        Assert.Null(await call);
        await request.Aborted.WaitAsync(Token);
    }

    private sealed class Weather : ITool
    {
        public string Name => "get_weather";

        public ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken) => new(new ToolAnswer("Sunny."));
    }
}
