using System.Net;
using VoiceGlm.CompletionServer;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Hosting.Tests;

/// <summary>Speech in, speech out, with the language model on a server, and a model folder that lacks its graph.</summary>
public sealed class RemoteConversationTests : IClassFixture<TinyModel>, IAsyncLifetime
{
    private readonly TinyModel _tiny;
    private readonly InferenceDevice _device = new();
    private readonly GlmVoiceModel _brain;
    private LocalCompletionServer _server = null!;

    public RemoteConversationTests(TinyModel tiny)
    {
        _tiny = tiny;
        _brain = GlmVoiceModel.Load(ModelFolder.Open(tiny.Path), _device, new LanguageModelOptions { Graph = new GraphOptions { Threads = 1 } });
    }

    public async ValueTask InitializeAsync() => _server = await LocalCompletionServer.StartAsync(
        (prompt, maxTokens, cancellationToken) => _brain
            .GenerateAsync(Array.ConvertAll(prompt, static id => new TokenId(id)), SamplingOptions.Greedy, maxTokens, cancellationToken).Select(static id => id.Value),
        _brain.Vocabulary.EndsOfTurn[0].Value);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _device.Dispose();
        _brain.Dispose();
    }

    [Fact]
    public async Task Spoken_questions_are_answered_and_what_was_not_heard_of_a_reply_is_not_told_the_server_again()
    {
        await using Service service = await StartAsync();
        service.Call();
        await service.SayUntilAsync<VoiceEvent.StateChanged>(Service.Question(), static change => change.State == ConversationState.Speaking);
        VoiceEvent.ResponseDone stopped = await service.SayUntilAsync<VoiceEvent.ResponseDone>(Service.Question());
        // However much of the second question was said by then: more words could interrupt the reply to it, too.
        VoiceEvent.ResponseDone answered = await service.SayUntilAsync<VoiceEvent.ResponseDone>([]);

        Assert.Equal((TurnStatus.Cancelled, TurnStatus.Completed), (stopped.Status, answered.Status));
        Assert.True(stopped.Heard > TimeSpan.Zero, "Nothing was heard of the first reply.");
        Assert.Equal(answered.Heard, service.Caller.PlayedOf(answered.Turn));

        // The last prompt holds the first one, what was heard of the reply to it, and the second question.
        var asked = new List<AskedCompletion>();
        while (_server.Asked.TryRead(out AskedCompletion? one)) asked.Add(one);
        int[] last = asked[^1].Prompt;
        int[] assistant = [.. _brain.Prompts.Assistant.ToArray().Select(static id => id.Value)];
        int begin = last.AsSpan().IndexOf(assistant) + assistant.Length;
        int end = begin + last.AsSpan(begin).IndexOf([.. _brain.Prompts.BeginSpeech.ToArray().Select(static id => id.Value)]);
        Assert.Contains(asked, one => one.Prompt.AsSpan().SequenceEqual(last.AsSpan(0, begin)));
        int heard = last[begin..end].Count(id => _brain.Vocabulary.KindOf(new TokenId(id)) == TokenKind.Speech);
        double perSecond = (await service.StagesAsync()).SpeechDecoders.SpeechTokensPerSecond;
        Assert.Equal(Math.Round(stopped.Heard.TotalSeconds * perSecond, MidpointRounding.AwayFromZero), heard);
    }

    [Fact]
    public async Task Service_is_ready_while_a_server_is_well()
    {
        _server.Health = HttpStatusCode.ServiceUnavailable;
        await using Service service = await StartAsync(wait: false);
        Assert.Contains("No server of the language model is well.", await service.UnreadyAsync(_server.Address.ToString()), StringComparison.Ordinal);

        _server.Health = HttpStatusCode.OK;
        await service.StagesAsync();
        await service.ReadyAsync();

        _server.Health = HttpStatusCode.ServiceUnavailable;
        Assert.Contains("is not well: /health says 503.", await service.UnreadyAsync(_server.Address.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_does_not_tell_ids_stops_the_service_with_a_sentence()
    {
        int exitCode = Environment.ExitCode;
        try
        {
            _server.AnswerOnce("data: {\"choices\":[{\"index\":0,\"text\":\"Hello\"}]}\n\n");
            await using Service service = await StartAsync(wait: false);

            InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(service.StagesAsync);

            Assert.Contains("return_token_ids", failed.Message, StringComparison.Ordinal);
            Assert.Equal(1, Environment.ExitCode);
        }
        finally
        {
            Environment.ExitCode = exitCode;
        }
    }

    private async Task<Service> StartAsync(bool wait = true)
    {
        string folder = _tiny.WithoutLanguageModelGraph();
        var service = new Service(
            ("Model:Engine", "openai-compatible"), ("Model:Path", folder), ("Model:Remote:Endpoints", _server.Address.ToString()), ("Model:Remote:HealthInterval", "00:00:00.1"),
            ("Model:Temperature", "0"), ("Model:MaxNewTokens", "120"));
        await service.StartAsync();
        if (wait) await service.StagesAsync();
        return service;
    }
}
