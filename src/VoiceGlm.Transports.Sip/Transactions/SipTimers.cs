namespace VoiceGlm.Transports.Sip;

/// <summary>The times of transactions (RFC 3261 §17, Table 4).</summary>
internal static class SipTimers
{
    /// <summary>A round trip, estimated.</summary>
    public static readonly TimeSpan T1 = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest between two sendings of the same.</summary>
    public static readonly TimeSpan T2 = TimeSpan.FromSeconds(4);

    /// <summary>The longest that a message stays in the network.</summary>
    public static readonly TimeSpan T4 = TimeSpan.FromSeconds(5);

    /// <summary>When a transaction is given up (timers B, F, H, J, L, M), and how long a failed INVITE answers repetitions (timer D).</summary>
    public static readonly TimeSpan Patience = 64 * T1;
}
