namespace VoiceGlm.Conversation.Tests;

public sealed class VoiceSessionTests
{
    private static readonly (string, int)[] s_twoGroups = [("abcdefghijklm", 26), ("nopqrstuvwxyz", 26)];

    [Fact]
    public async Task Question_is_heard_answered_and_played_to_its_end()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue(s_twoGroups);

        await AskAsync(call);
        VoiceEvent.ResponseDone done = await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal(TurnStatus.Completed, done.Status);
        Assert.Equal("abcdefghijklmnopqrstuvwxyz", done.HeardText);
        Assert.Equal(52 * 0.08, done.Heard.TotalSeconds, 3);
        Assert.Equal("abcdefghijklmnopqrstuvwxyz", string.Concat(call.Seen.OfType<VoiceEvent.TextDelta>().Select(static delta => delta.Text)));
        Assert.Equal(["<user>", "s0", "s1", "s2", "s3", "<assistant>", "a"], call.Stages.Session!.Memory.Take(7));
        await call.SeeStateAsync(ConversationState.Listening);
    }

    [Fact]
    public async Task Events_come_in_the_order_of_what_happens()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue(s_twoGroups);

        await AskAsync(call);
        await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());
        await call.SeeStateAsync(ConversationState.Listening);

        Type[] order =
        [
            typeof(VoiceEvent.SpeechStarted), typeof(VoiceEvent.SpeechStopped), typeof(VoiceEvent.ResponseCreated), typeof(VoiceEvent.TextDelta),
            typeof(VoiceEvent.TurnTimed), typeof(VoiceEvent.ResponseDone),
        ];
        Assert.Equal(order, call.Seen.Select(static seen => seen.GetType()).Where(static type => type != typeof(VoiceEvent.StateChanged)).Distinct());
        Assert.Equal(
            [ConversationState.Listening, ConversationState.UserSpeaking, ConversationState.Thinking, ConversationState.Speaking, ConversationState.Listening],
            call.Seen.OfType<VoiceEvent.StateChanged>().Select(static change => change.State));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(26)]
    [InlineData(40)]
    public async Task Interruption_keeps_what_was_heard_and_forgets_the_rest(int heardTokens)
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue(s_twoGroups);
        call.Stages.Replies.Enqueue([("Z", 10)]);

        await AskAsync(call);
        await call.SeeAsync<VoiceEvent.TurnTimed>();
        await call.SeeStateAsync(ConversationState.Speaking);
        await call.HearAsync(new TurnId(1), TimeSpan.FromMilliseconds(heardTokens * 80));
        call.Speak(TurnSignalKind.SpeechStarted);
        VoiceEvent.ResponseDone done = await call.SeeAsync<VoiceEvent.ResponseDone>();

        Assert.Equal(TurnStatus.Cancelled, done.Status);
        Assert.Equal(heardTokens * 0.08, done.Heard.TotalSeconds, 2);
        int words = Math.Min(13, (heardTokens + 1) / 2) + (heardTokens > 26 ? (heardTokens - 25) / 2 : 0);
        Assert.Equal("abcdefghijklmnopqrstuvwxyz"[..words], done.HeardText);
        Assert.Equal(heardTokens, call.Stages.Session!.Memory.Count(static token => token is ['a', >= '0', ..]));

        call.Speak(TurnSignalKind.SpeechStopped);
        done = await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());
        Assert.Equal((new TurnId(2), "Z"), (done.Turn, done.HeardText));
    }

    [Fact]
    public async Task Nothing_of_an_interrupted_reply_is_played_or_told_after_the_interruption()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue(s_twoGroups);

        await AskAsync(call);
        await call.SeeStateAsync(ConversationState.Speaking);
        await call.Connection.AskAsync(new VoiceCommand.Interrupt(), TestContext.Current.CancellationToken);
        await call.SeeAsync<VoiceEvent.ResponseDone>();
        DateTimeOffset silentFrom = call.Connection.SilentFrom;
        await call.HangUpAsync();

        Assert.True(silentFrom <= call.Time.GetUtcNow());
        Assert.Equal(silentFrom, call.Connection.SilentFrom);
        await call.SeeAsync<VoiceEvent.SessionEnded>();
        Assert.DoesNotContain(call.Seen.SkipWhile(static seen => seen is not VoiceEvent.ResponseDone), static seen => seen is VoiceEvent.TextDelta);
    }

    [Fact]
    public async Task Fifty_interruptions_leave_no_token_too_many_or_too_few_in_memory()
    {
        await using var call = new Call();
        for (int i = 0; i <= 50; i++) call.Stages.Replies.Enqueue(s_twoGroups);
        call.Speak(TurnSignalKind.SpeechStarted);
        for (int i = 1; i <= 50; i++)
        {
            var turn = new TurnId(i);
            call.Speak(count: 2);
            call.Speak(TurnSignalKind.SpeechStopped);
            await call.SeeStateAsync(ConversationState.Speaking);
            await call.HearAsync(turn, TimeSpan.FromMilliseconds(60 + (i * 137 % 3900)));
            call.Speak(TurnSignalKind.SpeechStarted);

            VoiceEvent.ResponseDone done = await call.SeeAsync<VoiceEvent.ResponseDone>();
            Assert.Equal((turn, TurnStatus.Cancelled), (done.Turn, done.Status));
            int played = (int)Math.Floor((call.Connection.PlayedOf(turn).TotalMilliseconds / 80) + 0.5);
            Assert.Equal(played, call.Stages.HeardSpeechTokens[^1]);
        }
    }

    [Fact]
    public async Task Stages_are_told_when_the_speech_that_was_given_will_have_sounded()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("Z", 10)]);
        Deadline before = Deadline.Now;

        await AskAsync(call);
        await call.SeeAsync<VoiceEvent.TurnTimed>();

        Deadline told = call.Stages.Session!.PlayoutDeadline;
        Assert.InRange(told.Timestamp, (before + TimeSpan.FromSeconds(0.8)).Timestamp, (Deadline.Now + TimeSpan.FromSeconds(0.8)).Timestamp);
    }

    [Fact]
    public async Task User_who_goes_on_before_anything_was_heard_goes_on_with_the_same_utterance()
    {
        await using var call = new Call();
        call.Stages.Wait = (0, new TaskCompletionSource());
        call.Stages.Replies.Enqueue(s_twoGroups);
        call.Stages.Replies.Enqueue([("Z", 10)]);

        await AskAsync(call);
        while (!call.Stages.Log.Contains("reply")) await Task.Yield();
        call.Speak(TurnSignalKind.SpeechStarted);
        await call.SeeAsync<VoiceEvent.SpeechStarted>();
        call.Stages.Wait = null;
        call.Speak(count: 2);
        call.Speak(TurnSignalKind.SpeechStopped);
        await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal(new TurnId(2), Assert.Single(call.Seen.OfType<VoiceEvent.ResponseDone>()).Turn);
        Assert.Equal(["<user>", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "<assistant>", "Z"], call.Stages.Session!.Memory.Take(11));
    }

    [Fact]
    public async Task Pause_begins_the_reply_and_holds_it_until_the_end_is_certain()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue(s_twoGroups);

        call.Speak(TurnSignalKind.SpeechStarted);
        call.Speak();
        call.Speak(TurnSignalKind.SpeechPaused);
        while (!call.Stages.Log.Contains("reply")) await Task.Yield();
        call.Time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.DoesNotContain(call.Seen, static seen => seen is VoiceEvent.ResponseCreated);
        call.Speak(TurnSignalKind.SpeechStopped);
        VoiceEvent.TurnTimed timed = await call.SeeAsync<VoiceEvent.TurnTimed>();

        Assert.Equal(0, timed.Timings.FirstAudio.TotalSeconds);
        Assert.Single(call.Stages.Log, "reply");
        Assert.Equal(3, call.Stages.Session!.Memory.Count(static token => token.StartsWith('s')));
    }

    [Fact]
    public async Task Resumed_speech_takes_a_guessed_reply_back()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("wrong", 30)]);
        call.Stages.Replies.Enqueue([("right", 30)]);

        call.Speak(TurnSignalKind.SpeechStarted);
        call.Speak(count: 2);
        call.Speak(TurnSignalKind.SpeechPaused);
        while (!call.Stages.Log.Contains("reply")) await Task.Yield();
        call.Speak();
        call.Speak(TurnSignalKind.SpeechResumed);
        call.Speak();
        call.Speak(TurnSignalKind.SpeechStopped);
        VoiceEvent.ResponseDone done = await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal("right", done.HeardText);
        Assert.DoesNotContain(call.Seen.OfType<VoiceEvent.TextDelta>(), static delta => "won".Contains(delta.Text));
        Assert.Equal(
            ["<user>", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "<assistant>", "r", "i", "g", "h", "t"], call.Stages.Session!.Memory.Take(15));
    }

    [Fact]
    public async Task Tool_call_is_run_unseen_and_its_answer_is_said()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("order_status\n{\"order_id\": \"4712\"}", 0)]);
        call.Stages.Replies.Enqueue([("It is on its way.", 30)]);
        call.Stages.Tool = static (tool, _) => new(new ToolAnswer($"Order {tool.Text("order_id")} is on its way."));

        await call.Connection.AskAsync(new VoiceCommand.SendText("Where is it?"), TestContext.Current.CancellationToken);
        VoiceEvent.ResponseDone done = await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal("It is on its way.", done.HeardText);
        Assert.Equal("It is on its way.", string.Concat(call.Seen.OfType<VoiceEvent.TextDelta>().Select(static delta => delta.Text)));
        Assert.Equal(
            ["read Where is it?", "reply", """call order_status {"order_id": "4712"}""", "observe Order 4712 is on its way.", "reply"],
            call.Stages.Log.Where(static entry => !entry.StartsWith("muted", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Guessed_reply_calls_no_tool_before_the_end_is_certain()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("draw_picture\n{\"prompt\": \"a fox\"}", 0)]);
        call.Stages.Replies.Enqueue([("right", 30)]);

        call.Speak(TurnSignalKind.SpeechStarted);
        call.Speak(count: 2);
        call.Speak(TurnSignalKind.SpeechPaused);
        while (!call.Stages.Log.Contains("reply")) await Task.Yield();
        call.Speak(TurnSignalKind.SpeechResumed);
        call.Speak(TurnSignalKind.SpeechStopped);
        VoiceEvent.ResponseDone done = await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal("right", done.HeardText);
        Assert.DoesNotContain(call.Stages.Log, static entry => entry.StartsWith("call", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Interruption_ends_a_tool_and_forgets_its_call()
    {
        await using var call = new Call();
        var calling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        call.Stages.Replies.Enqueue([("think_hard\n{\"question\": \"why\"}", 0)]);
        call.Stages.Tool = async (_, cancellationToken) =>
        {
            calling.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new ToolAnswer("never");
        };

        await call.Connection.AskAsync(new VoiceCommand.SendText("Think!"), TestContext.Current.CancellationToken);
        await calling.Task.WaitAsync(TestContext.Current.CancellationToken);
        await call.Connection.AskAsync(new VoiceCommand.SendText("Never mind."), TestContext.Current.CancellationToken);
        while (!call.Stages.Log.Contains("read Never mind.")) await Task.Yield();

        Assert.Equal(["<user>", "Think!", "<user>", "Never mind."], call.Stages.Session!.Memory.Take(4));
    }

    [Fact]
    public async Task Filler_is_said_while_a_tool_works_and_its_answer_after_it_in_one_reply()
    {
        await using var call = new Call();
        var answer = new TaskCompletionSource<ToolAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        call.Stages.Replies.Enqueue([("draw_picture\n{}", 0)]);
        call.Stages.Replies.Enqueue([("Wait.", 5)]);
        call.Stages.Replies.Enqueue([("Here.", 12)]);
        call.Stages.Fillers = [new ToolFiller(TimeSpan.FromSeconds(0.7), "One moment."), new ToolFiller(TimeSpan.FromHours(1), "Still at it.")];
        call.Stages.Tool = (_, _) => new(answer.Task);

        await call.Connection.AskAsync(new VoiceCommand.SendText("Draw!"), TestContext.Current.CancellationToken);
        // Five tokens are no block: they are said all the same, before the tool is done.
        await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.TurnTimed>());
        answer.SetResult(new ToolAnswer("Ready."));
        VoiceEvent.ResponseDone done = await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal(("Wait.Here.", TurnStatus.Completed), (done.HeardText, done.Status));
        Assert.Equal(17 * 0.08, done.Heard.TotalSeconds, 3);
        Assert.Equal(["read Draw!", "reply", "call draw_picture {}", "observe One moment.", "reply", "observe Ready.", "reply"], call.Stages.Log);
        Assert.Single(call.Seen.OfType<VoiceEvent.ResponseCreated>());
    }

    [Fact]
    public async Task Tool_that_is_quick_is_not_talked_over()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("order_status\n{}", 0)]);
        call.Stages.Replies.Enqueue([("Here.", 12)]);
        call.Stages.Fillers = [new ToolFiller(TimeSpan.FromSeconds(0.7), "One moment.")];
        call.Stages.Tool = static (_, _) => new(new ToolAnswer("Ready."));

        await call.Connection.AskAsync(new VoiceCommand.SendText("Where?"), TestContext.Current.CancellationToken);
        Assert.Equal("Here.", (await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>())).HeardText);
        Assert.DoesNotContain("observe One moment.", call.Stages.Log);
    }

    [Fact]
    public async Task Announcement_waits_for_the_end_of_the_reply_and_is_said()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("make_video\n{}", 0)]);
        call.Stages.Replies.Enqueue([("Begun.", 12)]);
        call.Stages.Replies.Enqueue([("Ready.", 12)]);
        call.Stages.Tool = (_, _) =>
        {
            call.Stages.ToolSession!.Announce("The video is ready.");
            return new(new ToolAnswer("It has begun."));
        };

        await call.Connection.AskAsync(new VoiceCommand.SendText("Film!"), TestContext.Current.CancellationToken);
        Assert.Equal("Begun.", (await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>())).HeardText);
        Assert.Equal("Ready.", (await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>())).HeardText);
        Assert.Equal(["observe It has begun.", "reply", "observe The video is ready.", "reply"], call.Stages.Log.TakeLast(4));
    }

    [Fact]
    public async Task Announcement_to_a_session_that_listens_is_said_at_once()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("make_video\n{}", 0)]);
        call.Stages.Replies.Enqueue([("Begun.", 12)]);
        call.Stages.Replies.Enqueue([("Ready.", 12)]);
        call.Stages.Tool = static (_, _) => new(new ToolAnswer("It has begun."));

        await call.Connection.AskAsync(new VoiceCommand.SendText("Film!"), TestContext.Current.CancellationToken);
        await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());
        await call.SeeStateAsync(ConversationState.Listening);
        call.Stages.ToolSession!.Announce("The video is ready.");
        Assert.Equal("Ready.", (await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>())).HeardText);
    }

    [Fact]
    public async Task Cards_and_pictures_go_between_tools_and_the_far_side()
    {
        await using var call = new Call();
        var shown = new UserImage("image/png", new byte[] { 1, 2, 3 });
        UserImage? seen = null;
        call.Stages.Replies.Enqueue([("look_at_image\n{}", 0)]);
        call.Stages.Replies.Enqueue([("A cup.", 12)]);
        call.Stages.Tool = async (_, cancellationToken) =>
        {
            seen = call.Stages.ToolSession!.Image;
            await call.Stages.ToolSession.ShowAsync("card_1", new Card.Notice("Look", "A cup."), cancellationToken);
            return new ToolAnswer("I see a cup.");
        };

        await call.Connection.AskAsync(new VoiceCommand.ShowImage(shown), TestContext.Current.CancellationToken);
        await call.Connection.AskAsync(new VoiceCommand.SendText("Look!"), TestContext.Current.CancellationToken);
        Assert.Equal(new VoiceEvent.CardShown("card_1", new Card.Notice("Look", "A cup.")), await call.SeeAsync<VoiceEvent.CardShown>());
        Assert.Same(shown, seen);
    }

    [Theory]
    [InlineData("decide", true)]
    [InlineData("decide", false)]
    [InlineData("Yes.", true)]
    [InlineData("不要", false)]
    public async Task Question_of_a_tool_is_answered_by_a_button_or_a_word(string how, bool isAllowed)
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("operate_phone\n{}", 0)]);
        call.Stages.Replies.Enqueue([("Begun.", 12)]);
        call.Stages.Tool = static (_, _) => new(new ToolAnswer("It has begun."));
        await call.Connection.AskAsync(new VoiceCommand.SendText("Buy!"), TestContext.Current.CancellationToken);
        await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());
        Task<bool> answer = call.Stages.ToolSession!.AskAsync("card_1", TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await call.Connection.AskAsync(how == "decide" ? new VoiceCommand.Decide("card_1", isAllowed) : new VoiceCommand.SendText(how), TestContext.Current.CancellationToken);
        Assert.Equal(isAllowed, await answer);
        Assert.DoesNotContain("read " + how, call.Stages.Log);
    }

    [Fact]
    public async Task Question_of_a_tool_that_is_not_answered_is_no()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("operate_phone\n{}", 0)]);
        call.Stages.Replies.Enqueue([("Begun.", 12)]);
        call.Stages.Tool = static (_, _) => new(new ToolAnswer("It has begun."));
        await call.Connection.AskAsync(new VoiceCommand.SendText("Buy!"), TestContext.Current.CancellationToken);
        await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());
        Task<bool> answer = call.Stages.ToolSession!.AskAsync("card_1", TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        call.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.False(await answer);
    }

    [Fact]
    public async Task End_of_the_session_is_told_to_tools()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue([("make_video\n{}", 0)]);
        call.Stages.Replies.Enqueue([("Begun.", 12)]);
        call.Stages.Tool = static (_, _) => new(new ToolAnswer("It has begun."));
        await call.Connection.AskAsync(new VoiceCommand.SendText("Film!"), TestContext.Current.CancellationToken);
        await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());
        Assert.False(call.Stages.ToolSession!.Ended.IsCancellationRequested);
        await call.HangUpAsync();
        Assert.True(call.Stages.ToolSession.Ended.IsCancellationRequested);
        call.Stages.ToolSession.Announce("Nobody hears this.");
    }

    [Fact]
    public async Task Model_that_calls_tools_without_end_fails_its_turn()
    {
        await using var call = new Call();
        for (int i = 0; i < 9; i++) call.Stages.Replies.Enqueue([("again\n{}", 0)]);
        call.Stages.Tool = static (_, _) => new(new ToolAnswer("Again."));

        await call.Connection.AskAsync(new VoiceCommand.SendText("Go."), TestContext.Current.CancellationToken);
        VoiceEvent.ResponseDone done = await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal(TurnStatus.Failed, done.Status);
        Assert.Equal(4, call.Stages.Log.Count(static entry => entry.StartsWith("call", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Written_text_is_answered_like_speech()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue(s_twoGroups);

        await call.Connection.AskAsync(new VoiceCommand.SendText("Hello"), TestContext.Current.CancellationToken);
        await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal("Hello", Assert.Single(call.Seen.OfType<VoiceEvent.UserText>()).Text);
        Assert.Equal(["read Hello", "reply"], call.Stages.Log);
    }

    [Fact]
    public async Task Text_that_is_too_long_is_refused_and_the_session_goes_on()
    {
        await using var call = new Call(new ConversationOptions { MaxTextLength = 4 });
        call.Stages.Replies.Enqueue([("ok", 10)]);

        await call.Connection.AskAsync(new VoiceCommand.SendText("Hello"), TestContext.Current.CancellationToken);
        Assert.Equal("Expected at most 4 characters, found 5.", (await call.SeeAsync<VoiceEvent.Refused>()).Message);
        await call.Connection.AskAsync(new VoiceCommand.SendText("Hi"), TestContext.Current.CancellationToken);
        Assert.Equal(TurnStatus.Completed, (await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>())).Status);
    }

    [Fact]
    public async Task Suspected_interruption_lowers_the_voice_and_a_dismissed_one_raises_it_again()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue(s_twoGroups);

        await AskAsync(call);
        await call.SeeStateAsync(ConversationState.Speaking);
        call.Speak(TurnSignalKind.InterruptionSuspected);
        Assert.Equal(0.3f, (await call.SeeAsync<VoiceEvent.PlaybackDucked>()).Gain);
        call.Speak(TurnSignalKind.InterruptionDismissed);
        Assert.Equal(1, (await call.SeeAsync<VoiceEvent.PlaybackDucked>()).Gain);
        Assert.Equal(TurnStatus.Completed, (await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>())).Status);
    }

    [Fact]
    public async Task Failed_stage_ends_the_turn_and_the_next_turn_works()
    {
        await using var call = new Call();
        call.Stages.DecoderFailure = new InvalidOperationException("broken");
        call.Stages.Replies.Enqueue(s_twoGroups);
        call.Stages.Replies.Enqueue([("ok", 10)]);

        await AskAsync(call);
        VoiceEvent.ResponseDone failed = await call.SeeAsync<VoiceEvent.ResponseDone>();
        Assert.Equal((TurnStatus.Failed, VoiceStage.SpeechDecoder), (failed.Status, failed.Failure!.Stage));
        await call.SeeStateAsync(ConversationState.Listening);

        call.Stages.DecoderFailure = null;
        await AskAsync(call);
        Assert.Equal(TurnStatus.Completed, (await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>())).Status);
    }

    [Fact]
    public async Task Oldest_turns_leave_when_the_context_fills()
    {
        await using var call = new Call(new ConversationOptions { ReservedTokens = 100 });
        for (int i = 0; i < 3; i++)
        {
            call.Stages.Replies.Enqueue(s_twoGroups);
            await call.Connection.AskAsync(new VoiceCommand.SendText($"question {i}"), TestContext.Current.CancellationToken);
            await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());
            call.Stages.Session!.Capacity = 200;
        }

        Assert.Equal("question 1", call.Stages.Session!.Memory[1]);
    }

    [Fact]
    public async Task Greeting_is_said_first()
    {
        var stages = new Scripted();
        stages.Replies.Enqueue([("Good day.", 10)]);
        await using var call = new Call(settings: new SessionSettings { Greeting = "Good day." }, stages: stages);

        VoiceEvent.ResponseDone done = await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal("Good day.", done.HeardText);
        Assert.Equal("read Greet the user. Say exactly this: Good day.", call.Stages.Log.First());
    }

    [Theory]
    [InlineData("idle")]
    [InlineData("session_limit")]
    public async Task Session_ends_when_its_time_is_over(string reason)
    {
        var options = new ConversationOptions();
        if (reason == "idle") options.SessionLimit = TimeSpan.FromHours(10);
        else options.IdleTimeout = TimeSpan.FromHours(10);
        await using var call = new Call(options);
        await call.SeeStateAsync(ConversationState.Listening);

        call.Time.Advance(reason == "idle" ? options.IdleTimeout : options.SessionLimit);

        Assert.Equal(reason, (await call.SeeAsync<VoiceEvent.SessionEnded>()).Reason);
    }

    [Fact]
    public async Task Changed_settings_hold_from_the_next_turn_on()
    {
        await using var call = new Call(settings: new SessionSettings { SystemPrompt = "Be brief." });
        call.Stages.Replies.Enqueue([("ok", 10)]);

        await call.Connection.AskAsync(new VoiceCommand.UpdateSettings(new SessionSettings { Temperature = 0 }), TestContext.Current.CancellationToken);
        await call.Connection.AskAsync(new VoiceCommand.SendText("Hello"), TestContext.Current.CancellationToken);
        await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal(new SessionSettings { Temperature = 0, SystemPrompt = "Be brief." }, call.Stages.Session!.Settings);
    }

    [Fact]
    public async Task Draining_lets_the_reply_end_and_then_the_session()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue(s_twoGroups);

        await AskAsync(call);
        await call.SeeStateAsync(ConversationState.Speaking);
        call.Handler.BeginDrain();
        VoiceEvent.ResponseDone done = await call.PlayUntilAsync(call.SeeAsync<VoiceEvent.ResponseDone>());

        Assert.Equal(TurnStatus.Completed, done.Status);
        Assert.Equal("server_stopping", (await call.SeeAsync<VoiceEvent.SessionEnded>()).Reason);
        Assert.Equal(0, call.Handler.SessionCount);
        await using var late = new InMemoryConnection();
        await call.Handler.RunAsync(late, new SessionSettings(), TestContext.Current.CancellationToken);
        Assert.Equal("server_stopping", Assert.IsType<VoiceEvent.SessionEnded>(await late.Events.ReadAsync(TestContext.Current.CancellationToken)).Reason);
    }

    [Fact]
    public async Task Hanging_up_in_mid_reply_ends_the_turn_and_the_session()
    {
        await using var call = new Call();
        call.Stages.Replies.Enqueue(s_twoGroups);

        await AskAsync(call);
        await call.SeeStateAsync(ConversationState.Speaking);
        await call.HangUpAsync();

        Assert.Equal(TurnStatus.Cancelled, (await call.SeeAsync<VoiceEvent.ResponseDone>()).Status);
        Assert.Equal("hung_up", (await call.SeeAsync<VoiceEvent.SessionEnded>()).Reason);
    }

    private static async Task AskAsync(Call call)
    {
        call.Speak(TurnSignalKind.SpeechStarted);
        call.Speak(count: 2);
        call.Speak(TurnSignalKind.SpeechStopped);
        await call.SeeAsync<VoiceEvent.SpeechStopped>();
    }
}
