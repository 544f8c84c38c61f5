using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Tools;

/// <summary>Finds the tool that the model calls, and turns whatever goes wrong into a sentence. Thread-safe.</summary>
internal sealed partial class ToolRouter : IToolRouter
{
    private static readonly ToolAnswer s_unknown = new("I am sorry, I cannot do that here.");
    private static readonly ToolAnswer s_failed = new("I am sorry, that did not work.");

    private readonly Dictionary<string, ITool> _tools;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger<ToolRouter> _logger;

    public ToolRouter(IEnumerable<ITool> tools, IOptions<ToolOptions> options, TimeProvider time, ILogger<ToolRouter> logger)
    {
        _tools = tools.ToDictionary(static tool => tool.Name, StringComparer.Ordinal);
        _timeout = options.Value.Timeout;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> CallAsync(ToolCall toolCall, CancellationToken cancellationToken)
    {
        if (!_tools.TryGetValue(toolCall.Name, out ITool? tool))
        {
            LogUnknown(_logger, toolCall.Name);
            return s_unknown;
        }

        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            // A tool that does not listen is not waited for.
            ToolAnswer answer = await tool.RunAsync(toolCall, stopping.Token).AsTask().WaitAsync(stopping.Token).ConfigureAwait(false);
            LogRan(_logger, tool.Name);
            return answer;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // What a tool throws is data: the conversation goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(_logger, tool.Name, exception);
            return s_failed;
        }
    }

    [LoggerMessage(9000, LogLevel.Information, "Tool {Tool} answered", EventName = "ToolAnswered")]
    private static partial void LogRan(ILogger logger, string tool);

    [LoggerMessage(9001, LogLevel.Warning, "The model called a tool that is not here: {Tool}", EventName = "ToolUnknown")]
    private static partial void LogUnknown(ILogger logger, string tool);

    [LoggerMessage(9002, LogLevel.Error, "Tool {Tool} failed", EventName = "ToolFailed")]
    private static partial void LogFailed(ILogger logger, string tool, Exception exception);
}
