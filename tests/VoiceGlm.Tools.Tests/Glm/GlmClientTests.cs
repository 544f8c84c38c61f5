using System.Text.Json.Nodes;
using GlmApiEmulator;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Tests.Glm;

/// <summary>Corpus A, B, C, D and E: what comes over the wire of a chat.</summary>
public sealed class GlmClientTests
{
    private const string Usual = "This is an emulated answer to: 你好 Hello";

    private static readonly ChatRequest s_request = new([ChatMessage.User("你好 Hello")]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("A1")]
    [InlineData("A2")]
    [InlineData("A3")]
    [InlineData("A6")]
    public async Task Whole_answer_is_read_whatever_is_in_it_besides(string scenario)
    {
        ChatReply reply = await CompleteAsync(scenario);
        Assert.Equal((Usual, "stop"), (reply.Text, reply.FinishReason));
    }

    [Fact]
    public async Task Answer_without_content_has_calls()
    {
        ChatReply reply = await CompleteAsync("A4");
        Assert.Equal([new ChatCall("call_0", "get_weather", """{"city":"Beijing"}""")], reply.Calls);
        Assert.Equal("", reply.Text);
    }

    [Theory]
    [InlineData("A5", "length")]
    [InlineData("A7", "a_new_reason")]
    public async Task Reason_of_the_end_is_told_as_it_is(string scenario, string reason) => Assert.Equal(reason, (await CompleteAsync(scenario)).FinishReason);

    [Theory]
    [InlineData("")]
    [InlineData("B2")]
    [InlineData("B3")]
    [InlineData("B4")]
    [InlineData("B5")]
    [InlineData("B7")]
    [InlineData("B8")]
    [InlineData("B9")]
    public async Task Stream_is_read_in_every_form(string scenario)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Next("chat/completions", scenario);
        List<ChatPart> parts = await StreamAsync(host);
        Assert.Equal(Usual, string.Concat(parts.OfType<ChatPart.Text>().Select(static part => part.Value)));
        ChatReply reply = Assert.IsType<ChatPart.End>(parts[^1]).Reply;
        Assert.Equal((Usual, "stop", 7), (reply.Text, reply.FinishReason, reply.Usage?.CompletionTokens));
        Assert.True(parts.Count > 4);
    }

    [Theory]
    [InlineData("C1", GlmErrorKind.Truncated)]
    [InlineData("C2", GlmErrorKind.Truncated)]
    [InlineData("C4", GlmErrorKind.Server)]
    [InlineData("C5", GlmErrorKind.Server)]
    [InlineData("C7", GlmErrorKind.Moderated)]
    [InlineData("C8", GlmErrorKind.Server)]
    [InlineData("C9", GlmErrorKind.Malformed)]
    public async Task Stream_that_breaks_off_is_an_error_after_its_words_and_is_not_asked_for_again(string scenario, object kind)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Next("chat/completions", scenario);
        List<ChatPart> parts = [];
        GlmException failed = await Assert.ThrowsAsync<GlmException>(async () => await StreamAsync(host, parts));
        Assert.Equal((GlmErrorKind)kind, failed.Kind);
        Assert.StartsWith("Thi", string.Concat(parts.OfType<ChatPart.Text>().Select(static part => part.Value)), StringComparison.Ordinal);
        Assert.Equal(1, host.Emulator.Count("chat/completions"));
    }

    [Fact]
    public async Task Connection_that_is_reset_in_mid_stream_is_an_error_after_its_words_and_is_not_made_again()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(), emulatorTime: new FakeTimeProvider());
        host.Emulator.Next("chat/completions", "C3");
        await using IAsyncEnumerator<ChatPart> parts = host.Client.StreamAsync(GlmCall.Chat(GlmRole.Text), s_request, Token).GetAsyncEnumerator(Token);
        for (int i = 0; i < 3; i++) Assert.True(await parts.MoveNextAsync());
        (await host.Emulator.Arrivals.ReadAsync(Token)).Cut();
        Assert.Equal(GlmErrorKind.Lost, (await Assert.ThrowsAsync<GlmException>(async () => await parts.MoveNextAsync())).Kind);
        Assert.Equal(1, host.Emulator.Count("chat/completions"));
    }

    [Fact]
    public async Task Connection_that_is_reset_before_the_answer_is_made_again()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Next("chat/completions", "C0");
        Assert.Equal(Usual, Assert.IsType<ChatPart.End>((await StreamAsync(host))[^1]).Reply.Text);
        Assert.Equal(2, host.Emulator.Count("chat/completions"));
    }

    [Fact]
    public async Task Stream_that_stalls_is_given_up_after_its_idle_time_and_closed()
    {
        var time = new FakeTimeProvider();
        await using GlmHost host = await GlmHost.StartAsync(time);
        host.Emulator.Next("chat/completions", "C6");
        await using IAsyncEnumerator<ChatPart> parts = host.Client.StreamAsync(GlmCall.Chat(GlmRole.Text), s_request, Token).GetAsyncEnumerator(Token);
        for (int i = 0; i < 3; i++) Assert.True(await parts.MoveNextAsync());
        ValueTask<bool> next = parts.MoveNextAsync();
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(GlmErrorKind.Timeout, (await Assert.ThrowsAsync<GlmException>(async () => await next)).Kind);
        EmulatedRequest request = await host.Emulator.Arrivals.ReadAsync(Token);
        await request.Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task Stream_that_begins_late_is_waited_for()
    {
        var time = new FakeTimeProvider();
        await using GlmHost host = await GlmHost.StartAsync(time, emulatorTime: time);
        host.Emulator.Next("chat/completions", "C10");
        Task<List<ChatPart>> parts = StreamAsync(host);
        EmulatedRequest request = await host.Emulator.Arrivals.ReadAsync(Token);
        await request.Waiting.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(Usual, Assert.IsType<ChatPart.End>((await parts)[^1]).Reply.Text);
        Assert.Equal(1, host.Emulator.Count("chat/completions"));
    }

    [Fact]
    public async Task Cancellation_closes_the_connection()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Next("chat/completions", "C11");
        using var bargeIn = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using IAsyncEnumerator<ChatPart> parts = host.Client.StreamAsync(GlmCall.Chat(GlmRole.Text), s_request, bargeIn.Token).GetAsyncEnumerator(Token);
        for (int i = 0; i < 3; i++) Assert.True(await parts.MoveNextAsync());
        ValueTask<bool> next = parts.MoveNextAsync();
        await bargeIn.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        EmulatedRequest request = await host.Emulator.Arrivals.ReadAsync(Token);
        await request.Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task Leaving_a_stream_closes_the_connection_and_gives_back_its_place()
    {
        await using GlmHost host = await GlmHost.StartAsync(settings: new() { ["VoiceGlm:Tools:Providers:test:MaxConcurrency"] = "1" });
        host.Emulator.Next("chat/completions", "C11");
        await foreach (ChatPart _ in host.Client.StreamAsync(GlmCall.Chat(GlmRole.Text), s_request, Token)) break;
        EmulatedRequest request = await host.Emulator.Arrivals.ReadAsync(Token);
        await request.Aborted.WaitAsync(Token);
        Assert.Equal(Usual, (await host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token)).Text);
    }

    [Theory]
    [InlineData("D1")]
    [InlineData("D2")]
    [InlineData("D3")]
    [InlineData("D5")]
    [InlineData("D7")]
    [InlineData("D8")]
    [InlineData("D9")]
    public async Task Thoughts_and_answer_are_told_apart(string scenario)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Next("chat/completions", scenario, scenario);
        ChatReply streamed = Assert.IsType<ChatPart.End>((await StreamAsync(host))[^1]).Reply;
        ChatReply whole = await host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token);
        Assert.Equal(("Because it is emulated.", "It is forty-two."), (streamed.Thoughts, streamed.Text));
        Assert.Equal((streamed.Thoughts, streamed.Text), (whole.Thoughts, whole.Text));
    }

    [Fact]
    public async Task Thoughts_that_are_cut_off_leave_no_answer()
    {
        ChatReply reply = await CompleteAsync("D6");
        Assert.Equal(("Because it is emulated.", "", "length"), (reply.Thoughts, reply.Text, reply.FinishReason));
    }

    [Theory]
    [InlineData("E1", "get_weather")]
    [InlineData("E2", "get_weather")]
    [InlineData("E3", "get_weather,get_time")]
    [InlineData("E5", "launch_rocket")]
    public async Task Calls_come_together_whole_or_in_fragments(string scenario, string names)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Next("chat/completions", scenario);
        ChatReply reply = Assert.IsType<ChatPart.End>((await StreamAsync(host))[^1]).Reply;
        Assert.Equal(names.Split(','), reply.Calls.Select(static call => call.Name));
        Assert.All(reply.Calls, static call => Assert.NotNull(JsonNode.Parse(call.Arguments)));
        if (scenario == "E3") Assert.Equal("""{"city":"Paris"}""", reply.Calls[1].Arguments);
    }

    [Fact]
    public async Task Arguments_that_are_no_json_are_told_as_they_are() => Assert.Equal("""{"city":"Bei""", Assert.Single((await CompleteAsync("E4")).Calls).Arguments);

    [Theory]
    [InlineData("E6", 2)]
    [InlineData("E7", 0)]
    public async Task Pages_of_a_search_are_told_where_there_are_some(string scenario, int count) => Assert.Equal(count, (await CompleteAsync(scenario)).Pages.Count);

    [Fact]
    public async Task Function_call_of_older_servers_is_a_call() => Assert.Equal("get_weather", Assert.Single((await CompleteAsync("E8")).Calls).Name);

    [Fact]
    public async Task Answer_of_a_tool_is_sent_as_a_string()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        var request = new ChatRequest([ChatMessage.User("Weather?"), new ChatMessage("tool", new ChatContent("Sunny.")) { ToolCallId = "call_0" }]);
        await host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), request, Token);
        Assert.Equal("Sunny.", host.Emulator.Requests.Single().Body.GetProperty("messages")[1].GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("G1")]
    [InlineData("G2")]
    public async Task Speech_is_read_whether_its_end_is_a_number_or_a_string(string scenario)
    {
        ChatReply reply = await CompleteAsync(scenario);
        Assert.Equal(("audio_1", 1893456000), (reply.Audio?.Id, reply.Audio?.ExpiresAt));
    }

    [Fact]
    public async Task Request_of_open_weights_has_what_their_servers_know()
    {
        await using GlmHost host = await GlmHost.StartAsync(settings: new()
        {
            ["VoiceGlm:Tools:Providers:test:Dialect"] = "OpenAI",
            ["VoiceGlm:Tools:Providers:test:ApiKey"] = "",
            ["VoiceGlm:Tools:Providers:test:Models:Text"] = "glm-4-9b",
        });
        ChatRequest wire = s_request with { Thinking = Thinking.Disabled, Extra = [], Tools = [new JsonObject { ["type"] = "web_search" }] };
        ChatRequest sent = wire.For(GlmDialect.OpenAI, "glm-4-9b", stream: true, "id");
        Assert.Equal((null, null, null, null), (sent.RequestId, sent.Extra, sent.Tools, sent.Thinking));
        Assert.False((bool)sent.ChatTemplateKwargs!["enable_thinking"]!);
        Assert.StartsWith("data:image/png;base64,", host.Client.ImageUrl("image/png", [1, 2, 3]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task First_ChatGlm_is_asked_by_a_prompt_and_pairs_of_what_was_said()
    {
        await using GlmEmulator server = await GlmEmulator.StartAsync();
        await using GlmHost host = await GlmHost.StartAsync(settings: new()
        {
            ["VoiceGlm:Tools:Providers:test:BaseAddress"] = server.Address.AbsoluteUri,
            ["VoiceGlm:Tools:Providers:test:Dialect"] = "ChatGlm",
            ["VoiceGlm:Tools:Providers:test:ApiKey"] = "",
            ["VoiceGlm:Tools:Providers:test:Models:Text"] = "chatglm-6b",
        });
        var request = new ChatRequest([ChatMessage.System("Be brief."), ChatMessage.User("One?"), ChatMessage.Assistant("1."), ChatMessage.User("Two?")]);
        List<ChatPart> parts = [];
        await foreach (ChatPart part in host.Client.StreamAsync(GlmCall.Chat(GlmRole.Text), request, Token)) parts.Add(part);
        Assert.Equal("This is an emulated answer to: Two?", Assert.IsType<ChatPart.End>(parts[^1]).Reply.Text);
        EmulatedRequest asked = Assert.Single(server.Requests);
        Assert.Equal("""[["Be brief.\n\nOne?","1."]]""", asked.Body.GetProperty("history").GetRawText());
    }

    [Fact]
    public async Task Server_of_open_weights_is_spoken_to_at_its_own_base_without_a_key()
    {
        await using GlmEmulator server = await GlmEmulator.StartAsync();
        await using GlmHost host = await GlmHost.StartAsync(settings: new()
        {
            ["VoiceGlm:Tools:Providers:test:BaseAddress"] = new Uri(server.Address, "v1").AbsoluteUri,
            ["VoiceGlm:Tools:Providers:test:Dialect"] = "OpenAI",
            ["VoiceGlm:Tools:Providers:test:ApiKey"] = "",
            ["VoiceGlm:Tools:Providers:test:Models:Text"] = "glm-4-9b@B7",
        });
        List<ChatPart> parts = [];
        await foreach (ChatPart part in host.Client.StreamAsync(GlmCall.Chat(GlmRole.Text), s_request, Token)) parts.Add(part);
        Assert.Equal((Usual, 7), (Assert.IsType<ChatPart.End>(parts[^1]).Reply.Text, ((ChatPart.End)parts[^1]).Reply.Usage?.CompletionTokens));
        Assert.False(Assert.Single(server.Requests).Headers.ContainsKey("Authorization"));
    }

    private static async Task<ChatReply> CompleteAsync(string scenario)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Next("chat/completions", scenario);
        return await host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token);
    }

    private static async Task<List<ChatPart>> StreamAsync(GlmHost host, List<ChatPart>? parts = null)
    {
        parts ??= [];
        await foreach (ChatPart part in host.Client.StreamAsync(GlmCall.Chat(GlmRole.Text), s_request, Token)) parts.Add(part);
        return parts;
    }
}
