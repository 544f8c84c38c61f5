using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;
using VoiceGlm.Audio;

namespace VoiceGlm.Transports.Sip;

/// <summary>Whether sound is encrypted (SDES, RFC 4568).</summary>
public enum SrtpPolicy
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>Where the other side offers it; offered itself only over TLS.</summary>
    Optional,

    /// <summary>Always; a call without is refused with 488.</summary>
    Required,
}

/// <summary>Where the service is reached by telephone, and how calls are held.</summary>
public sealed class SipVoiceOptions
{
    /// <summary>Where these options are in the configuration.</summary>
    public const string SectionName = "VoiceGlm:Sip";

    /// <summary>Whether there is a telephone. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>The local address that messages and sound come to. Default 0.0.0.0: every IPv4 address of the machine.</summary>
    [Required]
    public string Address { get; set; } = "0.0.0.0";

    /// <summary>The address that leads here from elsewhere, told in messages instead of the local one. Default empty: none.</summary>
    public string PublicAddress { get; set; } = "";

    /// <summary>The UDP port, 0 to 65,535, where 0 is any that is free; −1 for none. Default 5060.</summary>
    [Range(-1, 65_535)]
    public int UdpPort { get; set; } = 5060;

    /// <summary>The TCP port, as <see cref="UdpPort"/>. Default 5060.</summary>
    [Range(-1, 65_535)]
    public int TcpPort { get; set; } = 5060;

    /// <summary>The TLS port, as <see cref="UdpPort"/>; needs a <see cref="Certificate"/>. Default −1.</summary>
    [Range(-1, 65_535)]
    public int TlsPort { get; set; } = -1;

    /// <summary>A PEM file with the certificate for TLS, shown to peers that connect and to servers that ask. Default empty: none.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>A PEM file with its key. Default empty: the key is in <see cref="Certificate"/>.</summary>
    public string CertificateKey { get; set; } = "";

    /// <summary>A PEM file with the authorities that servers' certificates may come from. Default empty: those of the system.</summary>
    public string TrustedCertificates { get; set; } = "";

    /// <summary>TCP and TLS connections at one time, 1 to 100,000. Default 500.</summary>
    [Range(1, 100_000)]
    public int MaximumConnections { get; set; } = 500;

    /// <summary>The first port of sound; each call takes two, the first of them even. 0 is any that is free. Default 20000.</summary>
    [Range(0, 65_534)]
    public int FirstMediaPort { get; set; } = 20_000;

    /// <summary>The last port of sound. Default 20999.</summary>
    [Range(1, 65_535)]
    public int LastMediaPort { get; set; } = 20_999;

    /// <summary>Calls at one time, 1 to 10,000; a further one is told to try again later. Default 50.</summary>
    [Range(1, 10_000)]
    public int MaximumCalls { get; set; } = 50;

    /// <summary>Calls of one caller at one time, 0 to 10,000; a further one is told that the line is busy. 0 for any number. Default 0.</summary>
    [Range(0, 10_000)]
    public int MaximumCallsPerCaller { get; set; }

    /// <summary>
    /// Addresses and networks (<c>192.0.2.0/24</c>) that may call; others get no answer at all. Default empty: the servers of <see cref="Accounts"/>, or
    /// everybody where there is no account.
    /// </summary>
    public string[] AllowedNetworks { get; set; } = [];

    /// <summary>Where the service registers, and calls out by. Default: none.</summary>
    public IList<SipAccountOptions> Accounts { get; } = [];

    /// <summary>Whom calls may be placed to: patterns of the user part or of user@host, with * for any characters. Default empty: nobody, against toll fraud.</summary>
    public string[] OutboundPatterns { get; set; } = [];

    /// <summary>The codecs that are agreed on, most wanted first. Default: opus, G722, PCMU, PCMA, as far as the machine has them.</summary>
    public string[] Codecs { get; set; } = [];

    /// <summary>Whether sound is encrypted. Default optional.</summary>
    public SrtpPolicy Srtp { get; set; } = SrtpPolicy.Optional;

    /// <summary>How long it rings before the service answers, 0 s to 1 min. Default 0 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RingFor { get; set; } = TimeSpan.Zero;

    /// <summary>How long a call that was placed may ring, 1 s to 10 min. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a call lasts without a sign of the other side (RFC 4028), 90 s to 1 day; it is refreshed at half of it. Default 30 min.</summary>
    [Range(typeof(TimeSpan), "00:01:30", "1.00:00:00")]
    public TimeSpan SessionInterval { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a call lasts whose sound has stopped coming, hold aside, 5 s to 1 h. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan MediaTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From sending a packet to its sound, 0 s to 2 s: half of the way there and back, and the telephone's jitter buffer. Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:02")]
    public TimeSpan PlayoutDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What one option cannot say by itself; null where all is well.</summary>
    internal string? Problem()
    {
        if (!IPAddress.TryParse(Address, out _)) return $"Address: expected an IP address, found '{Address}'.";
        if (PublicAddress.Length > 0 && !IPAddress.TryParse(PublicAddress, out _)) return $"PublicAddress: expected an IP address or nothing, found '{PublicAddress}'.";
        if (UdpPort < 0 && TcpPort < 0 && TlsPort < 0) return "UdpPort, TcpPort, TlsPort: expected one of them to be 0 or above.";
        if (TlsPort >= 0 && Certificate.Length == 0) return "Certificate: expected a PEM file, as TlsPort is set.";
        if (FirstMediaPort > 0 && LastMediaPort - (FirstMediaPort + (FirstMediaPort & 1)) + 1 < 2 * MaximumCalls) return $"LastMediaPort: expected two ports for each of {MaximumCalls} calls from FirstMediaPort on, found {LastMediaPort}.";
        foreach (string file in new[] { Certificate, CertificateKey, TrustedCertificates })
        {
            if (file.Length > 0 && !File.Exists(file)) return $"Certificate, CertificateKey, TrustedCertificates: expected PEM files, found nothing at '{file}'.";
        }

        foreach (string codec in Codecs)
        {
            if (!AudioCodecs.Available.Any(known => known.Name.Equals(codec, StringComparison.OrdinalIgnoreCase)))
                return $"Codecs: expected some of {string.Join(", ", AudioCodecs.Available.Select(static known => known.Name))}, found '{codec}'.";
        }

        foreach (string network in AllowedNetworks)
        {
            if (!IPAddress.TryParse(network, out _) && !IPNetwork.TryParse(network, out _)) return $"AllowedNetworks: expected addresses or networks such as 192.0.2.0/24, found '{network}'.";
        }

        return Accounts.Select(static account => account.Problem()).FirstOrDefault(static problem => problem is not null);
    }
}

/// <summary>An account at a PBX or a provider.</summary>
public sealed class SipAccountOptions
{
    /// <summary>The account's address, such as <c>sip:bot@pbx.example.com</c>. Required.</summary>
    public string Address { get; set; } = "";

    /// <summary>
    /// The servers to register at and to call by, most wanted first, such as <c>sip:pbx.example.com;transport=tls</c>. Default: the address's host.
    /// </summary>
    public string[] Servers { get; set; } = [];

    /// <summary>The name for authentication. Default empty: the address's user.</summary>
    public string UserName { get; set; } = "";

    /// <summary>The password. Never logged. Default empty: none.</summary>
    public string Password { get; set; } = "";

    /// <summary>The name for people. Default empty: none.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>Whether to register; a trunk that knows the service by its address needs none. Default true.</summary>
    public bool Register { get; set; } = true;

    /// <summary>How long a registration is asked for, 1 min to 1 day; it is refreshed at 85 % of what is granted. Default 1 h.</summary>
    public TimeSpan Expires { get; set; } = TimeSpan.FromHours(1);

    internal SipUri Uri => SipUri.Parse(Address);

    internal IReadOnlyList<SipUri> ServerUris => Servers.Length == 0 ? [Uri with { User = null, Password = null }] : [.. Servers.Select(SipUri.Parse)];

    internal string AuthenticationName => UserName.Length > 0 ? UserName : Uri.User ?? "";

    internal string? Problem()
    {
        if (!SipUri.TryParse(Address, out SipUri? uri) || !uri.IsSip || uri.User is null) return $"Accounts: expected an Address such as sip:bot@pbx.example.com, found '{Address}'.";
        foreach (string server in Servers)
        {
            if (!SipUri.TryParse(server, out SipUri? parsed) || !parsed.IsSip) return $"Accounts: expected Servers such as sip:pbx.example.com;transport=tls, found '{server}'.";
        }

        return Expires < TimeSpan.FromMinutes(1) || Expires > TimeSpan.FromDays(1) ? $"Accounts: expected Expires from 00:01:00 to 1.00:00:00, found {Expires}." : null;
    }
}

[OptionsValidator]
internal sealed partial class SipVoiceOptionsValidator : IValidateOptions<SipVoiceOptions>;

/// <summary>What the options say together.</summary>
internal sealed class SipVoiceOptionsConsistency : IValidateOptions<SipVoiceOptions>
{
    public ValidateOptionsResult Validate(string? name, SipVoiceOptions options) =>
        options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
}
