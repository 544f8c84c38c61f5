namespace VoiceGlm.Audio;

/// <summary>How Opus encodes.</summary>
public sealed record OpusOptions
{
    /// <summary>Bits per second, from 6,000 to 510,000; redundancy is taken from them. Default 32,000: speech at full bandwidth.</summary>
    public int Bitrate { get; init; } = 32_000;

    /// <summary>Work per packet, from 0 (least) to 10 (best). Default 5: about a third of the work of 10, and hardly heard in speech.</summary>
    public int Complexity { get; init; } = 5;

    /// <summary>Whether packets stop while nobody speaks (DTX). Default true.</summary>
    public bool Discontinuous { get; init; } = true;

    /// <summary>Share of packets that is expected to be lost until the far side reports, from 0 to 1. Default 0.05.</summary>
    public double ExpectedLoss { get; init; } = 0.05;

    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    internal void Validate()
    {
        OptionRange.Require(Bitrate is >= 6_000 and <= 510_000, nameof(Bitrate), Bitrate, "from 6,000 to 510,000 bits per second");
        OptionRange.Require(Complexity is >= 0 and <= 10, nameof(Complexity), Complexity, "from 0 to 10");
        OptionRange.Require(ExpectedLoss is >= 0 and <= 1, nameof(ExpectedLoss), ExpectedLoss, "from 0 to 1");
    }
}
