namespace VoiceGlm.Rtc;

/// <summary>Which way sound goes, seen from the side that says it (RFC 8866 §6.7).</summary>
[Flags]
public enum MediaDirection
{
    /// <summary>Neither way: <c>inactive</c>.</summary>
    Inactive = 0,

    /// <summary>It sends: <c>sendonly</c>.</summary>
    SendOnly = 1,

    /// <summary>It receives: <c>recvonly</c>.</summary>
    ReceiveOnly = 2,

    /// <summary>Both ways: <c>sendrecv</c>.</summary>
    SendReceive = SendOnly | ReceiveOnly,
}

/// <summary>The words of <see cref="MediaDirection"/>.</summary>
internal static class MediaDirections
{
    private static readonly string[] s_words = ["inactive", "sendonly", "recvonly", "sendrecv"];

    public static string Word(this MediaDirection direction) => s_words[(int)direction];

    /// <summary>What the other side does while this side does so.</summary>
    public static MediaDirection Reversed(this MediaDirection direction) => (MediaDirection)((((int)direction & 1) << 1) | ((int)direction >> 1));

    /// <summary>The direction that a section says, or its session, or else <c>sendrecv</c>.</summary>
    public static MediaDirection Of(SessionDescription session, MediaDescription media)
    {
        foreach (SdpField attribute in media.Attributes.Concat(session.Attributes))
        {
            int found = Array.IndexOf(s_words, attribute.Name);
            if (found >= 0) return (MediaDirection)found;
        }

        return MediaDirection.SendReceive;
    }
}
