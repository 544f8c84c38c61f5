namespace VoiceGlm.Audio;

/// <summary>What a <see cref="JitterBuffer"/> has counted since it was made.</summary>
public record struct JitterBufferStatistics
{
    /// <summary>Packets that came, of any kind.</summary>
    public long Received { get; internal set; }

    /// <summary>Packets that came twice.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Packets that came after their time.</summary>
    public long Late { get; internal set; }

    /// <summary>Packets that did not come in time, those recovered included.</summary>
    public long Lost { get; internal set; }

    /// <summary>Packets that were lost and heard from the packet after them.</summary>
    public long Recovered { get; internal set; }

    /// <summary>Packets left out because playing them would have taken the delay beyond its maximum.</summary>
    public long Discarded { get; internal set; }

    /// <summary>Packets whose payload the codec cannot read.</summary>
    public long Malformed { get; internal set; }

    /// <summary>Times that the sender began another stream of numbers.</summary>
    public long Restarts { get; internal set; }

    /// <summary>Sound that was made up for what was missing.</summary>
    public TimeSpan Concealed { get; internal set; }

    /// <summary>Time saved by taking pitch periods and silence out.</summary>
    public TimeSpan Shortened { get; internal set; }

    /// <summary>Time gained by putting pitch periods and silence in.</summary>
    public TimeSpan Lengthened { get; internal set; }
}
