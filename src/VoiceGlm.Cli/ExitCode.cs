namespace VoiceGlm.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>An input or a model is not what it should be; the sentence is on standard error.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl+C, as shells count it: 128 + SIGINT.</summary>
    public const int Cancelled = 130;
}
