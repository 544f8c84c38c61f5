using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VoiceGlm.Checkpoints;
using VoiceGlm.Conversation;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;
using VoiceGlm.SpeechDecoder;
using VoiceGlm.Tools;

namespace VoiceGlm.Hosting;

/// <summary>Loads the model in the background while the service is already reachable, and says when it is ready. Thread-safe.</summary>
public sealed partial class ModelHost : BackgroundService, IVoiceStagesSource
{
    private readonly ITurnDetectorFactory _turnDetectors;
    private readonly ModelOptions _options;
    private readonly SpeechDecoderOptions _decoderOptions;
    private readonly ConversationOptions _conversationOptions;
    private readonly ToolsInUse _tools;
    private readonly IMeterFactory _meters;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<ModelHost> _logger;
    private readonly TaskCompletionSource<VoiceStages> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoadedModel? _model;
    private ModelAbout? _about;

    /// <summary>Creates the host; it loads when the service starts.</summary>
    public ModelHost(
        ITurnDetectorFactory turnDetectors,
        IOptions<ModelOptions> options,
        IOptions<SpeechDecoderOptions> decoderOptions,
        IOptions<ConversationOptions> conversationOptions,
        ToolsInUse tools,
        IMeterFactory meters,
        IHostApplicationLifetime lifetime,
        ILogger<ModelHost> logger)
    {
        _turnDetectors = turnDetectors;
        _options = options.Value;
        _decoderOptions = decoderOptions.Value;
        _conversationOptions = conversationOptions.Value;
        _tools = tools;
        _meters = meters;
        _lifetime = lifetime;
        _logger = logger;
    }

    /// <summary>Whether the model is loaded and warm.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    /// <summary>How the servers of the language model are; none where this process runs it.</summary>
    public IReadOnlyList<RemoteEndpointStatus> Servers => Volatile.Read(ref _model)?.Servers ?? [];

    /// <inheritdoc/>
    public Task<VoiceStages> GetAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>What people are told of the model, once it is ready.</summary>
    public async Task<ModelAbout> AboutAsync(CancellationToken cancellationToken)
    {
        await GetAsync(cancellationToken).ConfigureAwait(false);
        return _about!;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        // A host that could not start is disposed while the model is still being loaded, by threads that must not outlive it.
        try
        {
            ExecuteTask?.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // The loading ended when it was told to.
        }

        _model?.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        long start = Stopwatch.GetTimestamp();
        try
        {
            ModelFolder folder = Open(stoppingToken);
            _model = new LoadedModel(folder, _turnDetectors, _options, _decoderOptions, _conversationOptions.MaxSessions, _meters, LogServer);
            await _model.WarmUpAsync(stoppingToken).ConfigureAwait(false);
            _about = new ModelAbout(
                folder.Manifest.Name, folder.Manifest.Examples, _tools.Provider.Length > 0 ? new ToolsAbout(_tools.Provider, _tools.IsEmulated, _tools.Names) : null);
            LogReady(_logger, folder.Manifest.Name, Stopwatch.GetElapsedTime(start).TotalSeconds);
            _ready.TrySetResult(_model.Stages);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _ready.TrySetCanceled(stoppingToken);
        }
        catch (Exception exception) when (exception is ModelLoadException or IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            // A service without a model is of no use: it stops with the sentence that says why.
            LogFailed(_logger, exception.Message);
            _ready.TrySetException(exception);
            Environment.ExitCode = 1;
            // A host that is still starting does not take kindly to being stopped.
            _lifetime.ApplicationStarted.Register(_lifetime.StopApplication);
        }
    }

    private ModelFolder Open(CancellationToken cancellationToken)
    {
        if (_options.Path.Length > 0)
        {
            var folder = ModelFolder.Open(_options.Path, without: _options.Engine == ModelOptions.RemoteEngine ? [ModelParts.LanguageModel] : []);
            if (_options.VerifyFiles && ModelVerifier.VerifyFiles(folder, cancellationToken) is [var damage, ..])
                throw new ModelLoadException(folder.PathOf(damage.File), damage.Expected, damage.Found);
            return folder;
        }

        LogEmbedded(_logger, ModelOptions.SectionName, EmbeddedModel.Name);
        return EmbeddedModel.Open(cancellationToken: cancellationToken);
    }

    private void LogServer(RemoteEndpointStatus status)
    {
        if (status.IsHealthy) LogWell(_logger, status.Reason);
        else LogUnwell(_logger, status.Reason);
    }

    [LoggerMessage(8000, LogLevel.Information, "Model {Model} is loaded and warm after {Seconds:F1} s", EventName = "ModelReady")]
    private static partial void LogReady(ILogger logger, string model, double seconds);

    [LoggerMessage(8001, LogLevel.Critical, "The model cannot be loaded: {Reason}", EventName = "ModelFailed")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(8002, LogLevel.Information,
        "No model is configured ({Section}:Path): {Model} is used, which comes with the program", EventName = "EmbeddedModel")]
    private static partial void LogEmbedded(ILogger logger, string section, string model);

    [LoggerMessage(8003, LogLevel.Information, "A server of the language model is well: {Reason}", EventName = "ServerWell")]
    private static partial void LogWell(ILogger logger, string reason);

    [LoggerMessage(8004, LogLevel.Warning, "A server of the language model is not well: {Reason}", EventName = "ServerUnwell")]
    private static partial void LogUnwell(ILogger logger, string reason);
}
