using System.Net;

namespace VoiceGlm.Rtc;

/// <summary>Where sessions are reached and how long they may wait.</summary>
public sealed class RtcOptions
{
    /// <summary>Where these options are in the configuration.</summary>
    public const string SectionName = "VoiceGlm:Rtc";

    private static readonly (TimeSpan Least, TimeSpan Most) s_timeouts = (TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));

    /// <summary>
    /// The local addresses to listen at; each gets a socket of its own, which is what a machine on several networks wants. Default: none, which is
    /// one socket for every address of the machine.
    /// </summary>
    public string[] Addresses { get; set; } = [];

    /// <summary>Addresses that lead here from elsewhere, such as the public one of a machine behind a one-to-one translation. They are offered first.</summary>
    public string[] PublicAddresses { get; set; } = [];

    /// <summary>The UDP port, 0 to 65,535. Default 0: any that is free.</summary>
    public int Port { get; set; }

    /// <summary>The TCP port for networks that let no UDP through, 0 to 65,535, where 0 is any that is free; −1 for none. Default 0.</summary>
    public int TcpPort { get; set; }

    /// <summary>Sessions at one time, 1 to 100,000. Default 1,000.</summary>
    public int MaximumSessions { get; set; } = 1_000;

    /// <summary>Handshakes at one time, each of which has a thread, 1 to 1,000. A peer that must wait begins again after a second. Default 32.</summary>
    public int MaximumHandshakes { get; set; } = 32;

    /// <summary>TCP connections at one time, 0 to 100,000. Default 1,000.</summary>
    public int MaximumTcpConnections { get; set; } = 1_000;

    /// <summary>How long a peer has from the answer to the first sound, 1 s to 1 h. Default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long sound is sent without a check of the peer, 1 s to 1 h. Default 30 s, as RFC 7675 says.</summary>
    public TimeSpan ConsentTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a session without consent waits for its peer to come back, 1 s to 1 h. Default 60 s.</summary>
    public TimeSpan ResumeTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How media may be protected, most wanted first. Default: GCM, then counter mode.</summary>
    public SrtpProfile[] Profiles { get; set; } = [SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1];

    /// <summary>Says what is wrong, or nothing.</summary>
    /// <exception cref="ArgumentException">A value is outside its range; the message is a sentence.</exception>
    internal void Validate()
    {
        foreach (string address in Addresses.Concat(PublicAddresses))
        {
            if (!IPAddress.TryParse(address, out _)) throw Wrong("an IP address", address);
        }

        Check(Port, 0, ushort.MaxValue, nameof(Port));
        Check(TcpPort, -1, ushort.MaxValue, nameof(TcpPort));
        Check(MaximumSessions, 1, 100_000, nameof(MaximumSessions));
        Check(MaximumHandshakes, 1, 1_000, nameof(MaximumHandshakes));
        Check(MaximumTcpConnections, 0, 100_000, nameof(MaximumTcpConnections));
        Check(ConnectTimeout, nameof(ConnectTimeout));
        Check(ConsentTimeout, nameof(ConsentTimeout));
        Check(ResumeTimeout, nameof(ResumeTimeout));
        if (Profiles.Length == 0 || Profiles.Any(static profile => !Enum.IsDefined(profile))) throw Wrong("at least one profile that exists", string.Join(", ", Profiles));
    }

    private static void Check(int value, int least, int most, string name)
    {
        if (value < least || value > most) throw Wrong($"{name} from {least} to {most}", value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void Check(TimeSpan value, string name)
    {
        if (value < s_timeouts.Least || value > s_timeouts.Most) throw Wrong($"{name} from {s_timeouts.Least} to {s_timeouts.Most}", value.ToString());
    }

    private static ArgumentException Wrong(string expected, string found) => new($"{SectionName}: expected {expected}, found {found}.");
}
