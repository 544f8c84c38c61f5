using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VoiceGlm.TurnDetection;

/// <summary>Holds the voice activity network. Thread-safe; lives as long as the process.</summary>
public sealed partial class TurnDetectorFactory : ITurnDetectorFactory, IDisposable
{
    private readonly TurnDetectionOptions _options;
    private readonly SileroNetwork? _network;

    /// <summary>Loads the network, if it is there.</summary>
    /// <exception cref="ModelLoadException">The network that the options name is missing, or the file is not the network.</exception>
    public TurnDetectorFactory(IOptions<TurnDetectionOptions> options, ILogger<TurnDetectorFactory> logger)
        : this(options, logger, AppContext.BaseDirectory)
    {
    }

    internal TurnDetectorFactory(IOptions<TurnDetectionOptions> options, ILogger<TurnDetectorFactory> logger, string programFolder)
    {
        _options = options.Value;
        string path = _options.NetworkPath ?? Path.Combine(programFolder, SileroNetwork.FileName);
        if (!_options.UseNetwork) LogByEnergy(logger);
        else if (_options.NetworkPath is null && !File.Exists(path)) LogNetworkMissing(logger, path);
        else _network = SileroNetwork.Load(path);
    }

    /// <inheritdoc/>
    public ITurnDetector Create(SessionSettings settings) =>
        new TurnDetector(_network is null ? new EnergyVoiceActivityDetector() : _network.CreateDetector(), _options, settings);

    /// <inheritdoc/>
    public void Dispose() => _network?.Dispose();

    [LoggerMessage(2000, LogLevel.Information, "Speech is told from silence by its energy, as the options say.", EventName = "SpeechByEnergy")]
    private static partial void LogByEnergy(ILogger logger);

    [LoggerMessage(2001, LogLevel.Warning,
        "The voice activity network is not at {Path}: speech is told from silence by its energy, which takes loud noise for speech. Build where npm is installed.",
        EventName = "VoiceActivityNetworkMissing")]
    private static partial void LogNetworkMissing(ILogger logger, string path);
}
