namespace VoiceGlm.TurnDetection.Tests;

/// <summary>The two kinds of voice activity detectors. Tests of the network are skipped where the build could not fetch it.</summary>
internal static class Kinds
{
    public const string Network = "network";
    public const string Energy = "energy";

    private static readonly string s_networkPath = Path.Combine(AppContext.BaseDirectory, SileroNetwork.FileName);
    private static readonly Lazy<SileroNetwork> s_network = new(static () => SileroNetwork.Load(s_networkPath));

    public static SileroNetwork LoadedNetwork
    {
        get
        {
            Assert.SkipUnless(File.Exists(s_networkPath), "The voice activity network is not there: the build could not install the npm packages.");
            return s_network.Value;
        }
    }

    public static IVoiceActivityDetector Create(string kind) => kind == Network ? LoadedNetwork.CreateDetector() : new EnergyVoiceActivityDetector();

    public static TurnDetector CreateTurnDetector(string kind, TurnDetectionOptions? options = null, SessionSettings? settings = null) =>
        new(Create(kind), options ?? new TurnDetectionOptions(), settings ?? new SessionSettings());
}
