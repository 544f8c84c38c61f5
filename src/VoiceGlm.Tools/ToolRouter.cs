using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools;

/// <summary>Finds the tool that the model calls, and turns whatever goes wrong into a sentence. Thread-safe.</summary>
internal sealed partial class ToolRouter : IToolRouter
{
    private readonly Dictionary<string, ITool> _tools;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger<ToolRouter> _logger;

    public ToolRouter(IEnumerable<ITool> tools, IOptions<ToolOptions> options, TimeProvider time, ILogger<ToolRouter> logger)
    {
        _tools = tools.Where(static tool => tool.IsAvailable).ToDictionary(static tool => tool.Name, StringComparer.Ordinal);
        _timeout = options.Value.Timeout;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ToolFiller> FillersOf(ToolCall toolCall, string language)
    {
        if (!_tools.TryGetValue(toolCall.Name, out ITool? tool)) return [];
        ToolPolicy policy = tool.Policy;
        bool isChinese = language == "zh";
        return
        [
            new ToolFiller(policy.Silence, isChinese ? policy.Filler.Chinese : policy.Filler.English),
            new ToolFiller(policy.Patience, isChinese ? policy.Progress.Chinese : policy.Progress.English),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> CallAsync(ToolCall toolCall, IToolSession session, CancellationToken cancellationToken)
    {
        var run = new ToolRun(toolCall, session, "card_" + Guid.NewGuid().ToString("N"));
        if (!_tools.TryGetValue(toolCall.Name, out ITool? tool))
        {
            LogUnknown(_logger, toolCall.Name);
            return new ToolAnswer(run.Say("I am sorry, I cannot do that here.", "抱歉，这个我在这里做不到。"));
        }

        return tool.Policy.IsKept ? await KeepAsync(tool, run, cancellationToken).ConfigureAwait(false) : await RunAsync(tool, run, cancellationToken).ConfigureAwait(false);
    }

    // Nobody waits for it longer than the turn lasts, but it goes on: its answer is offered at a pause then.
    private async ValueTask<ToolAnswer> KeepAsync(ITool tool, ToolRun run, CancellationToken cancellationToken)
    {
        Task<ToolAnswer> running = RunAsync(tool, run, run.Session.Ended);
        try
        {
            return await running.WaitAsync(_timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _ = AnnounceAsync(running, run);
            return new ToolAnswer(run.Say("It takes a while. I will tell you when it is ready.", "等得有点久，先放到后台，好了我叫你。"));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = AnnounceAsync(running, run);
            throw;
        }
    }

    private static async Task AnnounceAsync(Task<ToolAnswer> running, ToolRun run)
    {
        try
        {
            ToolAnswer answer = await running.ConfigureAwait(false);
            run.Session.Announce(answer.Spoken);
        }
        catch (OperationCanceledException)
        {
            // The conversation has ended.
        }
    }

    private async Task<ToolAnswer> RunAsync(ITool tool, ToolRun run, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(tool.Policy.Timeout ?? _timeout, _time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        ToolAnswer answer;
        try
        {
            // A tool that does not listen is not waited for.
            answer = await tool.RunAsync(run, stopping.Token).AsTask().WaitAsync(stopping.Token).ConfigureAwait(false);
            LogRan(_logger, tool.Name);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (GlmException failed)
        {
            LogRefused(_logger, tool.Name, failed.Kind, failed.Error.Code);
            answer = GlmFailure.Tell(failed.Error, run);
        }
#pragma warning disable CA1031 // What a tool throws is data: the conversation goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(_logger, tool.Name, exception);
            answer = new ToolAnswer(run.Say("I am sorry, that did not work.", "抱歉，没有成功。"));
        }

        if (answer.Card is { } card) await run.ShowAsync(card, cancellationToken).ConfigureAwait(false);
        return answer;
    }

    [LoggerMessage(9000, LogLevel.Information, "Tool {Tool} answered", EventName = "ToolAnswered")]
    private static partial void LogRan(ILogger logger, string tool);

    [LoggerMessage(9001, LogLevel.Warning, "The model called a tool that is not here: {Tool}", EventName = "ToolUnknown")]
    private static partial void LogUnknown(ILogger logger, string tool);

    [LoggerMessage(9002, LogLevel.Error, "Tool {Tool} failed", EventName = "ToolFailed")]
    private static partial void LogFailed(ILogger logger, string tool, Exception exception);

    [LoggerMessage(9003, LogLevel.Warning, "Tool {Tool} had no answer: {Kind}, code {Code}", EventName = "ToolRefused")]
    private static partial void LogRefused(ILogger logger, string tool, GlmErrorKind kind, string code);
}
