namespace VoiceGlm.Rtc;

/// <summary>Why a packet was dropped.</summary>
public enum PacketDrop
{
    /// <summary>It is none of the kinds that flow here, or does not hold what it says it holds.</summary>
    Malformed,

    /// <summary>It came from an address that no check has shown to be a session's.</summary>
    UnknownAddress,

    /// <summary>It names a session that does not exist.</summary>
    UnknownUser,

    /// <summary>It was not written by the one who has the key or the password; one that was reflected is such a packet.</summary>
    NotAuthentic,

    /// <summary>It came before, or is too old to tell, or is a check that came from elsewhere before.</summary>
    Replayed,

    /// <summary>It answers what was not asked.</summary>
    Unsolicited,

    /// <summary>It came before the handshake was complete.</summary>
    TooEarly,

    /// <summary>Its source is one more than a session has.</summary>
    TooManySources,

    /// <summary>Its payload type was not agreed on, or this side does not receive.</summary>
    Unexpected,

    /// <summary>Too much waits already, here or on the way out.</summary>
    Overload,

    /// <summary>The network did not take it.</summary>
    NotSent,
}
