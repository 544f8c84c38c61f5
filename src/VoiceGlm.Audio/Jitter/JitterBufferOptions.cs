namespace VoiceGlm.Audio;

/// <summary>How long a <see cref="JitterBuffer"/> holds sound back. Delays are told beyond the fastest packet's.</summary>
public sealed record JitterBufferOptions
{
    /// <summary>The least delay. Default 10 ms.</summary>
    public TimeSpan MinimumDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The largest delay; sound that is later still is left out. Default 400 ms.</summary>
    public TimeSpan MaximumDelay { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>The delay before anything is known of the network. Default 60 ms.</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>Share of packets that the delay waits for, below 1. Default 0.97.</summary>
    public double Coverage { get; init; } = 0.97;

    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    internal void Validate()
    {
        OptionRange.Require(MinimumDelay >= TimeSpan.Zero, nameof(MinimumDelay), MinimumDelay, "not negative");
        OptionRange.Require(MaximumDelay > MinimumDelay && MaximumDelay <= TimeSpan.FromSeconds(2), nameof(MaximumDelay), MaximumDelay, "above MinimumDelay and at most 2 s");
        OptionRange.Require(InitialDelay >= MinimumDelay && InitialDelay <= MaximumDelay, nameof(InitialDelay), InitialDelay, "from MinimumDelay to MaximumDelay");
        OptionRange.Require(Coverage is > 0 and < 1, nameof(Coverage), Coverage, "between 0 and 1");
    }
}
