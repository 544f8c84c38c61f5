namespace VoiceGlm.Transports.WebRtc;

/// <summary>
/// The part of a session description that is about the way there (RFC 8840 <c>application/trickle-ice-sdpfrag</c>): a client tells candidates in it, or
/// credentials for another beginning of ICE.
/// </summary>
internal static class IceFragment
{
    /// <summary>Its media type.</summary>
    public const string MediaType = "application/trickle-ice-sdpfrag";

    private const string Ufrag = "a=ice-ufrag:";
    private const string Password = "a=ice-pwd:";

    private static readonly string[] s_ours = [Ufrag, Password, "m=", "a=mid:", "a=candidate:", "a=end-of-candidates"];

    /// <summary>The offer that asks for another beginning of ICE, as a fragment wants it.</summary>
    /// <param name="offer">The offer before.</param>
    /// <param name="fragment">What the client says.</param>
    /// <returns>The offer with the fragment's credentials; <see langword="null"/> where it says none, or those of the offer: then it tells candidates.</returns>
    public static string? Restart(string offer, string fragment)
    {
        if (Find(fragment, Ufrag) is not { } ufrag || Find(fragment, Password) is not { } password || ufrag == Find(offer, Ufrag)) return null;
        return Join(Lines(offer).Select(line => line.StartsWith(Ufrag, StringComparison.Ordinal) ? ufrag : line.StartsWith(Password, StringComparison.Ordinal) ? password : line));
    }

    /// <summary>What an answer says of the way here.</summary>
    public static string Of(string answer) => Join(Lines(answer).Where(static line => s_ours.Any(start => line.StartsWith(start, StringComparison.Ordinal))));

    private static string? Find(string description, string start) => Lines(description).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));

    private static string[] Lines(string description) => description.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Join(IEnumerable<string> lines) => string.Concat(lines.Select(static line => line + "\r\n"));
}
