using System.Text.Json;
using GlmApiEmulator;
using VoiceGlm.Tools.Phone;
using VoiceGlm.Tools.Tests.Glm;

namespace VoiceGlm.Tools.Tests.Phone;

/// <summary>Corpus K: the loop, on the simulated phone.</summary>
public sealed class OperatePhoneTests
{
    private const string Write = """{"task": "write a note"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Task_is_done_step_by_step_shown_and_told_at_the_end()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        Assert.Equal("I am on it. I tell you when it is done.", (await host.CallAsync("operate_phone", Write, Token)).Spoken);
        Assert.Equal("The note is written. This was emulated.", await host.Caller.Announcing.Task.WaitAsync(Token));
        Card.Phone card = Assert.IsType<Card.Phone>(host.Caller.Shown.Last().Card);
        Assert.Equal(["Launch Notes", "Tap 500, 900", "Type Emulated note", "Finish"], card.Steps.Select(static step => step.Action));
        Assert.Equal((true, "The task needs an app.", "test, simulated"), (card.IsDone, card.Steps[0].Thought, card.Source));
        Assert.All(card.Steps, static step => Assert.NotNull(step.ScreenUrl));
        Assert.Single(host.Caller.Shown.Select(static shown => shown.Id).Distinct());
    }

    [Fact]
    public async Task Model_sees_one_screen_at_a_time_and_its_own_steps_as_words()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        await host.CallAsync("operate_phone", Write, Token);
        await host.Caller.Announcing.Task.WaitAsync(Token);
        JsonElement[] messages = [.. host.Requests("chat/completions")[2].Body.GetProperty("messages").EnumerateArray()];
        Assert.Equal(["system", "user", "assistant", "user", "assistant", "user"], messages.Select(static message => message.GetProperty("role").GetString()));
        Assert.Equal(JsonValueKind.Array, messages[5].GetProperty("content").ValueKind);
        Assert.All(messages[..5], static message => Assert.Equal(JsonValueKind.String, message.GetProperty("content").ValueKind));
        Assert.StartsWith("write a note\n\n** Screen Info **", messages[1].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Contains("\"current_app\": \"Notes\"", messages[3].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal("<think>The task needs an app.</think><answer>do(action=\"Launch\", app=\"Notes\")</answer>", messages[2].GetProperty("content").GetString());
    }

    [Theory]
    [InlineData(true, "Bought.", 1)]
    [InlineData(false, "I stopped, as you did not allow it.", 0)]
    [InlineData(null, "I stopped, as you did not allow it.", 0)]
    public async Task Touch_that_costs_is_done_only_when_the_user_allows_it(bool? allows, string told, int bought)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Caller.Allows = allows;
        host.Emulator.Say("do(action=\"Launch\", app=\"Shop\")", "do(action=\"Tap\", element=[500,900], message=\"pay 10 euros\")", "finish(message=\"Bought.\")");
        await host.CallAsync("operate_phone", """{"task": "buy it"}""", Token);
        Assert.Equal(told, await LastAsync(host));
        Assert.Equal("May I do this on the phone: pay 10 euros?", host.Caller.Announced.First());
        Assert.Contains(host.Caller.Shown, static shown => shown.Card is Card.Phone { Question: "May I do this on the phone: pay 10 euros?" });
        Assert.Equal(bought, ((SimulatedPhone)host.Get<IPhoneDevice>()).Done.Count);
    }

    [Theory]
    [InlineData("do(action=\"Take_over\", message=\"sign in\")", "Please do this on the phone, then say go on: sign in")]
    [InlineData("do(action=\"Interact\", message=\"red or blue\")", "Shall I go on? red or blue")]
    public async Task User_is_asked_to_act_or_to_choose(string action, string question)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Caller.Allows = true;
        host.Emulator.Say(action, "finish(message=\"Done.\")");
        await host.CallAsync("operate_phone", Write, Token);
        Assert.Equal("Done.", await LastAsync(host));
        Assert.Equal(question, host.Caller.Announced.First());
    }

    [Fact]
    public async Task Screen_that_hides_itself_is_not_touched_without_the_user()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Say("do(action=\"Launch\", app=\"Bank\")", "do(action=\"Tap\", element=[500,900])", "finish(message=\"Done.\")");
        await host.CallAsync("operate_phone", Write, Token);
        Assert.Equal("I stopped, as you did not allow it.", await LastAsync(host));
        Assert.Empty(((SimulatedPhone)host.Get<IPhoneDevice>()).Done);
    }

    [Fact]
    public async Task Answer_that_cannot_be_read_is_asked_for_once_more_and_is_no_success()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Say("I am done, I think.", "Really.");
        await host.CallAsync("operate_phone", Write, Token);
        Assert.Equal("I lost my way on the phone.", await LastAsync(host));
        Assert.Equal(2, host.Emulator.Count("chat/completions"));
    }

    [Fact]
    public async Task Place_outside_of_the_screen_is_told_to_the_model()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Say("do(action=\"Tap\", element=[2000,5])", "finish(message=\"Done.\")");
        await host.CallAsync("operate_phone", Write, Token);
        Assert.Equal("Done.", await LastAsync(host));
        Assert.StartsWith("Expected element within 0 and 999", TextOf(host.Requests("chat/completions")[1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task App_that_is_not_there_is_told_to_the_model()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Say("do(action=\"Launch\", app=\"Games\")", "finish(message=\"Done.\")");
        await host.CallAsync("operate_phone", Write, Token);
        await LastAsync(host);
        Assert.StartsWith("There is no app Games. There are Notes, Messages, Shop, Bank.", TextOf(host.Requests("chat/completions")[1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Same_touch_three_times_is_a_circle()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        for (int i = 0; i < 9; i++) host.Emulator.Say("do(action=\"Tap\", element=[5,5])");
        await host.CallAsync("operate_phone", Write, Token);
        Assert.Equal("I am going in circles on the phone, so I stopped.", await LastAsync(host));
        Assert.Equal(3, host.Emulator.Count("chat/completions"));
    }

    [Fact]
    public async Task Task_without_end_is_given_up_after_a_hundred_steps()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        for (int i = 0; i < 200; i++) host.Emulator.Say($"do(action=\"Swipe\", start=[500,{i}], end=[500,200])");
        await host.CallAsync("operate_phone", Write, Token);
        Assert.Equal("That takes too many steps on the phone, so I stopped.", await LastAsync(host));
        Assert.Equal(PhoneTask.MaxSteps, host.Emulator.Count("chat/completions"));
    }

    [Theory]
    [InlineData("stop", "en", "I stopped.")]
    [InlineData("停", "zh", "已经停下了。")]
    public async Task Word_stops_it_between_two_steps_and_frees_the_phone(string word, string language, string spoken)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Caller.Language = language;
        host.Emulator.Next("chat/completions", "C11");
        await host.CallAsync("operate_phone", Write, Token);
        EmulatedRequest request = await host.Emulator.Arrivals.ReadAsync(Token);
        await request.Waiting.WaitAsync(Token);
        Assert.NotEqual("I am on it. I tell you when it is done.", (await host.CallAsync("operate_phone", Write, Token)).Spoken);
        Assert.Equal(spoken, (await host.CallAsync("operate_phone", $$"""{"task": "{{word}}"}""", Token)).Spoken);
        await request.Aborted.WaitAsync(Token);
        Assert.Empty(host.Caller.Announced);
        Assert.NotEqual(spoken, (await host.CallAsync("operate_phone", $$"""{"task": "{{word}}"}""", Token)).Spoken);
    }

    [Fact]
    public async Task Failure_of_the_model_is_told()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Next("chat/completions", "J1113");
        await host.CallAsync("operate_phone", Write, Token);
        Assert.Equal("I cannot do that at the moment.", await LastAsync(host));
    }

    private static async Task<string> LastAsync(GlmHost host)
    {
        while (host.Caller.Shown.LastOrDefault().Card is not Card.Phone { IsDone: true }) await Task.Yield();
        while (host.Caller.Announced.Count <= host.Caller.Questions) await Task.Yield();
        return host.Caller.Announced.Last();
    }

    private static string TextOf(EmulatedRequest request) => request.Body.GetProperty("messages").EnumerateArray().Last().GetProperty("content")[1].GetProperty("text").GetString()!;
}
