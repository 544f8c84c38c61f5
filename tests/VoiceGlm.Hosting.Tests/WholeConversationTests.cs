namespace VoiceGlm.Hosting.Tests;

/// <summary>Speech in, speech out, through everything that <c>AddVoiceGlm</c> puts together.</summary>
public sealed class WholeConversationTests(TinyModel model) : IClassFixture<TinyModel>
{
    [Fact]
    public async Task Spoken_question_is_answered_in_speech()
    {
        await using Service service = await StartAsync();

        VoiceEvent.ResponseDone done = await service.SayUntilAsync<VoiceEvent.ResponseDone>(Service.Question());

        Assert.Equal(TurnStatus.Completed, done.Status);
        Assert.True(done.Heard > TimeSpan.Zero, "Nothing was heard of the reply.");
        Assert.Equal(done.Heard, service.Caller.PlayedOf(done.Turn));
        Assert.Equal(done.HeardText, string.Concat(service.Seen.OfType<VoiceEvent.TextDelta>().Select(static delta => delta.Text)));
        Assert.Single(service.Seen.OfType<VoiceEvent.SpeechStarted>());
        Assert.Equal(done.Turn, Assert.Single(service.Seen.OfType<VoiceEvent.TurnTimed>()).Turn);
    }

    [Fact]
    public async Task Question_over_the_reply_stops_it_and_is_answered()
    {
        await using Service service = await StartAsync();
        await service.SayUntilAsync<VoiceEvent.StateChanged>(Service.Question(), static change => change.State == ConversationState.Speaking);

        VoiceEvent.ResponseDone stopped = await service.SayUntilAsync<VoiceEvent.ResponseDone>(Service.Question());
        // However much of the second question was said by then: more words could interrupt the reply to it, too.
        VoiceEvent.ResponseDone answered = await service.SayUntilAsync<VoiceEvent.ResponseDone>([]);

        Assert.Equal(TurnStatus.Cancelled, stopped.Status);
        Assert.True(stopped.Heard > TimeSpan.Zero, "Nothing was heard of the first reply.");
        Assert.True(answered.Turn.Value > stopped.Turn.Value, "The second question was not answered.");
    }

    [Fact]
    public async Task Drain_lets_the_reply_end_and_then_the_service()
    {
        await using Service service = await StartAsync();
        await service.SayUntilAsync<VoiceEvent.StateChanged>(Service.Question(), static change => change.State == ConversationState.Speaking);

        Task draining = service.Lifetime.DrainAsync();
        Assert.False(service.Stopping.IsCancellationRequested);
        VoiceEvent.ResponseDone done = await service.SayUntilAsync<VoiceEvent.ResponseDone>([]);
        VoiceEvent.SessionEnded ended = await service.SayUntilAsync<VoiceEvent.SessionEnded>([]);
        await service.PassTimeUntilAsync(draining);

        Assert.Equal(TurnStatus.Completed, done.Status);
        Assert.Equal("server_stopping", ended.Reason);
        Assert.True(service.Stopping.IsCancellationRequested);
    }

    private async Task<Service> StartAsync()
    {
        var service = new Service(("Model:Path", model.Path), ("Model:Temperature", "0"), ("Model:MaxNewTokens", "120"));
        await service.StartAsync();
        await service.StagesAsync();
        service.Call();
        return service;
    }
}
