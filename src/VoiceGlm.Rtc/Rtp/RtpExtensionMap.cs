using System.Globalization;

namespace VoiceGlm.Rtc;

/// <summary>Under which identifiers the header extensions travel in one session (RFC 8285); 0 where one does not.</summary>
public sealed record RtpExtensionMap
{
    private const string AudioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
    private const string AbsoluteSendTimeUri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
    private const string TransportSequenceUri = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

    // 15 is reserved in the one-byte form, which is the one written here.
    private const int MaximumIdentifier = 14;

    /// <summary>No extension at all.</summary>
    public static readonly RtpExtensionMap None = new();

    /// <summary>How loud the packet is (RFC 6464).</summary>
    public int AudioLevel { get; init; }

    /// <summary>When the packet left, 24 bits of seconds in 6.18.</summary>
    public int AbsoluteSendTime { get; init; }

    /// <summary>The packet's number over all that a transport carries (transport-cc).</summary>
    public int TransportSequence { get; init; }

    /// <summary>Whether any extension travels.</summary>
    public bool IsEmpty => AudioLevel == 0 && AbsoluteSendTime == 0 && TransportSequence == 0;

    internal static RtpExtensionMap Read(SessionDescription session, MediaDescription media)
    {
        RtpExtensionMap map = None;
        foreach (SdpField attribute in session.Attributes.Concat(media.Attributes))
        {
            if (attribute is not { Name: "extmap", Value: { } value }) continue;
            string[] words = value.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !TryReadIdentifier(words[0], out int identifier)) continue;
            map = words[1] switch
            {
                AudioLevelUri => map with { AudioLevel = identifier },
                AbsoluteSendTimeUri => map with { AbsoluteSendTime = identifier },
                TransportSequenceUri => map with { TransportSequence = identifier },
                _ => map,
            };
        }

        return map;
    }

    internal void Describe(MediaDescription media)
    {
        Describe(AudioLevel, AudioLevelUri);
        Describe(AbsoluteSendTime, AbsoluteSendTimeUri);
        Describe(TransportSequence, TransportSequenceUri);

        void Describe(int identifier, string uri)
        {
            if (identifier != 0) media.Add("extmap", $"{identifier} {uri}");
        }
    }

    // <value>["/"<direction>]: only extensions that go both ways are taken.
    private static bool TryReadIdentifier(string word, out int identifier)
    {
        int slash = word.IndexOf('/');
        ReadOnlySpan<char> number = slash < 0 ? word : word.AsSpan(0, slash);
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out identifier) && identifier is >= 1 and <= MaximumIdentifier
            && (slash < 0 || word.AsSpan(slash + 1) is "sendrecv");
    }
}
