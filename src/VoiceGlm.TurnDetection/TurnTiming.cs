namespace VoiceGlm.TurnDetection;

/// <summary>The options of one session, in samples at 16 kHz.</summary>
internal sealed record TurnTiming
{
    public TurnTiming(TurnDetectionOptions options, SessionSettings settings)
    {
        SpeechThreshold = settings.SpeechThreshold ?? options.SpeechThreshold;
        SilenceThreshold = Math.Max(0, SpeechThreshold - options.SpeechHysteresis);
        AllowInterruption = settings.AllowInterruption ?? options.AllowInterruption;
        MinimumSpeech = Samples(options.MinimumSpeech);
        PreRoll = Samples(options.PreRoll);
        MaximumUtterance = Samples(options.MaximumUtterance);
        Suspect = Samples(options.SuspectInterruption);
        Confirm = Samples(options.ConfirmInterruption);
        Dismiss = Samples(options.DismissInterruption);
        Guard = Samples(options.EchoGuard);
        EchoMarginDb = options.EchoMarginDb;

        // A session that names its silence gets it: nothing adapts.
        EndSilence = Samples(settings.EndSilence ?? options.EndSilence);
        ShortestEndSilence = settings.EndSilence is null ? Samples(options.ShortestEndSilence) : EndSilence;
        LongestEndSilence = settings.EndSilence is null ? Samples(options.LongestEndSilence) : EndSilence;
        PauseSilence = Math.Min(Samples(options.PauseSilence), EndSilence);
    }

    public float SpeechThreshold { get; }

    public float SilenceThreshold { get; }

    public bool AllowInterruption { get; }

    public int MinimumSpeech { get; }

    public int PreRoll { get; }

    public int PauseSilence { get; }

    public int EndSilence { get; }

    public int ShortestEndSilence { get; }

    public int LongestEndSilence { get; }

    public int MaximumUtterance { get; }

    public int Suspect { get; }

    public int Confirm { get; }

    public int Dismiss { get; }

    public int Guard { get; }

    public float EchoMarginDb { get; }

    private static int Samples(TimeSpan duration) => SampleRate.Wideband.SamplesIn(duration);
}
