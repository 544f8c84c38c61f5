using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using VoiceGlm.Conversation;
using VoiceGlm.Hosting;
using VoiceGlm.Inference;
using VoiceGlm.SpeechDecoder;

namespace VoiceGlm.Cli;

/// <summary>Holds several conversations at once, in real time, without a network, and tells how well they went.</summary>
internal static class ConversationBench
{
    // The call under which the stages are asked for.
    private static readonly AsyncLocal<ScriptedCaller> s_caller = new();

    /// <summary>Runs the conversations.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="question">What is asked, 16 kHz.</param>
    /// <param name="sessions">Conversations at once.</param>
    /// <param name="length">How long they last.</param>
    /// <param name="cancellationToken">Ends them early.</param>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    public static async Task<ConversationBenchResult> RunAsync(
        ModelFolder folder, ModelOptions options, float[] question, int sessions, TimeSpan length, CancellationToken cancellationToken)
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddLogging().AddMetrics().AddTurnDetection().AddConversation()
            .Configure<ConversationOptions>(conversation => conversation.MaxSessions = sessions)
            .AddSingleton(provider => new LoadedModel(
                folder, provider.GetRequiredService<ITurnDetectorFactory>(), options, new SpeechDecoderOptions(), sessions))
            .AddSingleton<IVoiceStagesSource, CallersStages>()
            .BuildServiceProvider();
        LoadedModel model = services.GetRequiredService<LoadedModel>();
        await model.WarmUpAsync(cancellationToken).ConfigureAwait(false);

        IVoiceConnectionHandler handler = services.GetRequiredService<IVoiceConnectionHandler>();
        ScriptedCaller[] callers = [.. Enumerable.Range(0, sessions)
            .Select(index => new ScriptedCaller(question, model.Stages.SpeechDecoders.SpeechTokensPerSecond, index))];
        await Task.WhenAll(callers.Select(caller => HoldAsync(handler, caller, length, cancellationToken))).ConfigureAwait(false);
        foreach (ScriptedCaller caller in callers) await caller.DisposeAsync().ConfigureAwait(false);
        List<TurnTimings> timings = [.. callers.SelectMany(static caller => caller.Timings)];
        return new ConversationBenchResult(
            Percentiles.Of(timings.Select(static timing => timing.FirstAudio)),
            Percentiles.Of(callers.SelectMany(static caller => caller.BargeIns)),
            callers.Sum(static caller => caller.Underruns),
            callers.Sum(static caller => caller.HeardErrorTokens),
            sessions,
            length.TotalSeconds,
            callers.Sum(static caller => caller.Turns),
            callers.Sum(static caller => caller.BargeIns.Count),
            callers.Sum(static caller => caller.FailedTurns),
            Percentiles.Of(timings.Select(static timing => timing.SavedByHearing)),
            Percentiles.Of(timings.Select(static timing => timing.SavedByGuessing)));
    }

    private static async Task HoldAsync(IVoiceConnectionHandler handler, ScriptedCaller caller, TimeSpan length, CancellationToken cancellationToken)
    {
        s_caller.Value = caller;
        Task session = handler.RunAsync(caller, new SessionSettings(), cancellationToken);
        await caller.CallAsync(length, cancellationToken).ConfigureAwait(false);
        await session.ConfigureAwait(false);
    }

    /// <summary>The stages, with a model that tells the caller what it remembers.</summary>
    private sealed class CallersStages(LoadedModel model) : IVoiceStagesSource
    {
        public Task<VoiceStages> GetAsync(CancellationToken cancellationToken) => Task.FromResult(
            model.Stages with { LanguageModel = new RememberingModel(model.Stages.LanguageModel, s_caller.Value!.NoteRemembered) });
    }
}
