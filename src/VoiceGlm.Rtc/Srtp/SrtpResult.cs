namespace VoiceGlm.Rtc;

/// <summary>What became of a protected packet.</summary>
internal enum SrtpResult
{
    /// <summary>It is what its sender wrote, for the first time.</summary>
    Ok,

    /// <summary>It is no RTP or RTCP packet, or too short for its tag.</summary>
    Malformed,

    /// <summary>It came before, or is too old to tell.</summary>
    Replayed,

    /// <summary>It was not written by the one who has the key.</summary>
    NotAuthentic,

    /// <summary>More sources than a session has.</summary>
    TooManySources,
}
