namespace VoiceGlm.Rtc;

/// <summary>How far a session is.</summary>
public enum PeerState
{
    /// <summary>The answer is made; no check has come.</summary>
    Waiting,

    /// <summary>A path works; the handshake goes on.</summary>
    Securing,

    /// <summary>Sound flows.</summary>
    Connected,

    /// <summary>Nothing came for so long that nothing may be sent; a check, or an ICE restart, brings it back.</summary>
    Disconnected,

    /// <summary>Over.</summary>
    Closed,
}
