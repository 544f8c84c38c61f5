using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.CompletionServer;
using static VoiceGlm.CompletionServer.LocalCompletionServer;

namespace VoiceGlm.LanguageModel.Tests.Remote;

/// <summary>Servers that are slow, cut off, wrong or too busy.</summary>
public sealed class RemoteFailureTests(GoldenModel golden)
{
    private static readonly RecordedTurn s_turn = RecordedTurn.Read("demo_audio");

    private static readonly RemoteModelOptions s_options = Servers.Options(new Uri("http://localhost:1/"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429, """{"object":"error","message":"Too many requests","type":"TooManyRequests","code":429}""")]
    [InlineData(503, "the engine is loading")]
    [InlineData(500, """{"error":{"message":"CUDA error","type":"InternalServerError","code":500}}""")]
    [InlineData(502, "<html>Bad Gateway</html>")]
    public async Task Reply_is_asked_for_again_when_the_server_could_not_begin_it(int status, string body)
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.AnswerOnce(status, body, retryAfter: "0");
        servers.Server.AnswerOnce(status, body, retryAfter: "0");
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        Assert.Equal(Servers.Reply(golden, s_turn), await SpeechAsync(session));
        Assert.Equal((await servers.AskedAsync()).Prompt, (await servers.AskedAsync()).Prompt);
    }

    [Theory]
    [InlineData("")]
    [InlineData(": still here\n\n")]
    [InlineData("data: {\"id\":\"cmpl-1\",\"choices\":[]}\n\n")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[1")]
    public async Task Reply_is_asked_for_again_when_the_connection_is_cut_before_its_first_token(string events)
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.CutOnceAfter(events, Task.CompletedTask);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        Assert.Equal(Servers.Reply(golden, s_turn), await SpeechAsync(session));
    }

    [Fact]
    public async Task Reply_is_given_up_with_the_servers_reason_after_the_last_attempt()
    {
        await using Servers servers = await Servers.StartAsync(golden, change: static options => options with { Retries = 1 });
        for (int i = 0; i < 2; i++) servers.Server.AnswerOnce(503, """{"error":{"message":"The queue\nis full.","code":503}}""", retryAfter: "0");
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAsync(session));

        Assert.Equal($"The language model at {servers.Server.Address} is too busy (503): The queue is full.", failed.Message);
        Assert.Equal(s_turn.PromptIds, IdsOf(session));
        Assert.Equal(Servers.Reply(golden, s_turn), await SpeechAgainAsync(session));
    }

    [Fact]
    public async Task Server_that_wants_to_be_left_alone_for_longer_than_a_reply_is_waited_for_is_left_alone()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.AnswerOnce(503, "", retryAfter: "3600");
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAsync(session));

        Assert.Contains("is too busy (503): no reason was given", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"prompt is too long"}}""", "refuses the request (400): prompt is too long.")]
    [InlineData(401, """{"error":"Unauthorized"}""", """refuses the key (401): {"error":"Unauthorized"}.""")]
    [InlineData(404, """{"detail":"Not Found"}""", """refuses the request (404): {"detail":"Not Found"}.""")]
    [InlineData(302, "", "refuses the request (302): no reason was given.")]
    public async Task Request_that_is_refused_is_not_made_again(int status, string body, string expected)
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.AnswerOnce(status, body);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAsync(session));

        Assert.EndsWith(expected, failed.Message, StringComparison.Ordinal);
        await servers.AskedAsync();
        Assert.False(servers.Server.Asked.TryRead(out _));
    }

    [Fact]
    public async Task Reason_of_any_length_is_told_in_one_line()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.AnswerOnce(400, string.Join('\n', Enumerable.Repeat("no", 100_000)));
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAsync(session));

        Assert.InRange(failed.Message.Length, 300, 400);
        Assert.DoesNotContain('\n', failed.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("data: {\"choices\":[{\"tok")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[3],\"finish_reason\":null}]}\n")]
    public async Task Reply_that_is_cut_after_its_first_token_fails_and_holds_what_was_told(string last)
    {
        await using Servers servers = await Servers.StartAsync(golden);
        var cut = new TaskCompletionSource();
        servers.Server.CutOnceAfter(Event(0, 1) + Event(2) + last, cut.Task);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(async () =>
        {
            await foreach (ReplyPart part in session.ReplyAsync(Token))
            {
                if (part.Position == s_turn.PromptIds.Length + 3) cut.SetResult();
            }
        });

        Assert.Contains("ended the connection in the middle of a reply", failed.Message, StringComparison.Ordinal);
        Assert.Equal([.. s_turn.PromptIds, new TokenId(0), new TokenId(1), new TokenId(2)], IdsOf(session));
        await servers.AskedAsync();
        Assert.False(servers.Server.Asked.TryRead(out _));
        Assert.Equal(Servers.Reply(golden, s_turn), await SpeechAgainAsync(session));
    }

    [Fact]
    public async Task Reply_that_ends_without_a_word_of_its_end_is_one_that_was_cut()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.AnswerOnce(Event(0));
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAsync(session));

        Assert.Contains("ended the connection in the middle of a reply", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data: nonsense\n\n", "sent an event that is not of the protocol")]
    [InlineData("data: null\n\n", "sent an event that is not of the protocol: 'null' is no event")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[\"a\"]}]}\n\n", "sent an event that is not of the protocol")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[1.5]}]}\n\n", "sent an event that is not of the protocol")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[99999999999]}]}\n\n", "sent an event that is not of the protocol")]
    [InlineData("data: {\"choices\":[{\"text\":\"Hello\"}]}\n\n", "sent text without token ids: it does not know 'return_token_ids'")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[768]}]}\n\n", "sent token 768, but the model's are from 0 to 767: it serves another one")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[-1]}]}\n\n", "sent token -1, but the model's are from 0 to 767: it serves another one")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[1],\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[{\"token_ids\":[2]}]}\n\n", "went on after the end of a reply")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[1],\"finish_reason\":null}]}\n\ndata: [DONE]\n\n", "ended a reply without a reason")]
    public async Task Answer_that_is_not_of_the_protocol_fails_the_reply_with_a_sentence(string events, string expected)
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.StallOnceAfter(events);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAsync(session));

        Assert.StartsWith($"The language model at {servers.Server.Address} {expected}", failed.Message, StringComparison.Ordinal);
        await (await servers.AskedAsync()).Aborted.WaitAsync(Token);
        Assert.False(servers.Server.Asked.TryRead(out _));
    }

    [Theory]
    [InlineData("data: {\"error\":{\"message\":\"The engine died.\",\"code\":500}}\n\ndata: [DONE]\n\n", "failed in the middle of a reply: The engine died.")]
    [InlineData("data: {\"choices\":[{\"token_ids\":[5],\"finish_reason\":\"abort\"}]}\n\ndata: [DONE]\n\n", "gave a reply up: 'abort'.")]
    public async Task Server_that_gives_a_reply_up_fails_it_with_its_reason(string last, string expected)
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.AnswerOnce(Event(1) + last);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAsync(session));

        Assert.EndsWith(expected, failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_is_no_stream_of_events_fails_the_reply()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.AnswerOnce(static async (context, _) => await context.Response.WriteAsJsonAsync(new { choices = Array.Empty<object>() }, Token));
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAsync(session));

        Assert.Contains("answered with 'application/json' where 'text/event-stream' was expected", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_that_never_ends_is_closed_when_it_has_sent_more_than_was_asked_for()
    {
        await using Servers servers = await Servers.StartAsync(golden, change: static options => options with { MaxNewTokens = 5 });
        servers.Server.AnswerOnce(async (context, asked) =>
        {
            await BeginAsync(context);
            while (!asked.Token.IsCancellationRequested) await WriteAsync(context, Event(7));
        });
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAsync(session));

        Assert.Contains("sent more than the 5 tokens that it was asked for", failed.Message, StringComparison.Ordinal);
        Assert.Equal(s_turn.PromptIds.Length + 5, session.Position);
        await (await servers.AskedAsync()).Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task Stream_that_goes_on_behind_the_end_token_is_closed_there()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.StallOnceAfter(Event(0, golden.Manifest.StopTokenIds[0], 1));
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        Assert.Empty(await SpeechAsync(session));

        Assert.Equal([.. s_turn.PromptIds, new TokenId(0)], IdsOf(session));
        await (await servers.AskedAsync()).Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task Events_that_tell_nothing_are_passed_over()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        servers.Server.AnswerOnce(
            ": ping\r\n\r\n" + "data: {\"choices\":[{\"index\":0,\"text\":\"\",\"token_ids\":[]}]}\n\n" + Event(0) + "event: message\nid: 7\n" + Event(1)
            + "data: {\"choices\":[{\"token_ids\":null,\"finish_reason\":\"length\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"completion_tokens\":2}}\n\ndata: [DONE]\n\n");
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        await SpeechAsync(session);

        Assert.Equal([.. s_turn.PromptIds, new TokenId(0), new TokenId(1)], IdsOf(session));
    }

    [Fact]
    public async Task First_token_that_does_not_come_in_time_is_asked_for_elsewhere()
    {
        var time = new FakeTimeProvider();
        await using Servers servers = await Servers.StartAsync(golden, count: 2, time: time);
        servers.Server.StallOnceAfter(": ping\n\n");
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);
        Task<SpeechToken[]> reply = SpeechAsync(session);
        AskedCompletion first = await servers.AskedAsync();

        time.Advance(s_options.FirstTokenTimeout);

        Assert.Equal(Servers.Reply(golden, s_turn), await reply);
        await first.Aborted.WaitAsync(Token);
        Assert.Equal(first.Prompt, (await servers.AskedAsync(server: 1)).Prompt);
    }

    [Fact]
    public async Task Further_token_that_does_not_come_in_time_fails_the_reply()
    {
        var time = new FakeTimeProvider();
        await using Servers servers = await Servers.StartAsync(golden, time: time, change: static options => options with { TokenTimeout = TimeSpan.FromSeconds(1.5) });
        servers.Server.StallOnceAfter(Event(0));
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);
        await using IAsyncEnumerator<ReplyPart> parts = session.ReplyAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await parts.MoveNextAsync());

        // The listener may take their time.
        time.Advance(TimeSpan.FromHours(1));
        ValueTask<bool> next = parts.MoveNextAsync();
        time.Advance(TimeSpan.FromSeconds(1.4));
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(async () => await next);

        Assert.Contains("sent no further token within 1.5 s", failed.Message, StringComparison.Ordinal);
        await (await servers.AskedAsync()).Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task Key_is_told_to_the_server_and_to_nobody_else()
    {
        await using Servers servers = await Servers.StartAsync(
            golden, change: static options => options with { ApiKey = "secret-key" }, prepare: static server => server.ApiKey = "secret-key");
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        Assert.Equal(Servers.Reply(golden, s_turn), await SpeechAsync(session));
        Assert.Equal("Bearer secret-key", (await servers.AskedAsync()).Authorization);
        servers.Server.ApiKey = "another";
        InvalidOperationException refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SpeechAgainAsync(session));
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", string.Create(CultureInfo.InvariantCulture, $"{s_options with { ApiKey = "secret-key" }}"), StringComparison.Ordinal);
    }

    private static async Task<SpeechToken[]> SpeechAsync(ILanguageModelSession session) =>
        await session.ReplyAsync(Token).OfType<ReplyPart.Speech>().Select(static part => part.Token).ToArrayAsync(Token);

    // The session as it was before it replied.
    private async Task<SpeechToken[]> SpeechAgainAsync(ILanguageModelSession session)
    {
        session.Rewind(s_turn.PromptIds.Length - golden.Model.Prompts.Assistant.Length - golden.Model.Prompts.EndSpeech.Length);
        return await SpeechAsync(session);
    }

    private static TokenId[] IdsOf(ILanguageModelSession session) => ((GlmVoiceSession)session).Ids.ToArray();
}
