namespace VoiceGlm.Transports.Sip;

/// <summary>What carries messages.</summary>
internal enum SipProtocol
{
    /// <summary>A datagram is a message, and may be lost.</summary>
    Udp,

    /// <summary>A connection; Content-Length says where a message ends.</summary>
    Tcp,

    /// <summary>A connection that is encrypted, whose server has shown a certificate.</summary>
    Tls,
}

/// <summary>The words of <see cref="SipProtocol"/>.</summary>
internal static class SipProtocols
{
    /// <summary>As a Via says it.</summary>
    public static string Word(this SipProtocol protocol) => protocol switch
    {
        SipProtocol.Tcp => "TCP",
        SipProtocol.Tls => "TLS",
        _ => "UDP",
    };

    /// <summary>Where it listens when nothing is said.</summary>
    public static int DefaultPort(this SipProtocol protocol) => protocol == SipProtocol.Tls ? 5061 : 5060;

    /// <summary>What a URI asks for; UDP where it says nothing (RFC 3263 §4.1).</summary>
    public static SipProtocol Of(SipUri uri) => uri.Transport switch
    {
        "tls" => SipProtocol.Tls,
        "tcp" => uri.IsSecure ? SipProtocol.Tls : SipProtocol.Tcp,
        _ => uri.IsSecure ? SipProtocol.Tls : SipProtocol.Udp,
    };
}
