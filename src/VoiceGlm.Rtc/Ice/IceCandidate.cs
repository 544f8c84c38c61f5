using System.Globalization;
using System.Net;

namespace VoiceGlm.Rtc;

/// <summary>How a candidate is reached.</summary>
public enum IceTransport
{
    /// <summary>Datagrams.</summary>
    Udp,

    /// <summary>A connection that the other side opens (RFC 6544, <c>tcptype passive</c>), for networks that let no datagram through.</summary>
    TcpPassive,
}

/// <summary>An address at which this side can be reached (RFC 8445), as <c>a=candidate</c> says it.</summary>
/// <param name="Transport">How it is reached.</param>
/// <param name="Address">Where.</param>
/// <param name="LocalPreference">The order among addresses of the same transport, 0 to 65,535; higher is tried first.</param>
public sealed record IceCandidate(IceTransport Transport, IPEndPoint Address, int LocalPreference)
{
    private const uint HostPreference = 126;

    // RFC 6544 §4.2: half of the local preference of a TCP candidate says its direction; passive is 4. TCP stands below every UDP host.
    private const uint TcpHostPreference = 90;
    private const uint PassivePreference = 4;

    /// <summary>RFC 8445 §5.1.2.1.</summary>
    public uint Priority => Transport == IceTransport.Udp
        ? (HostPreference << 24) | ((uint)(ushort)LocalPreference << 8) | 255
        : (TcpHostPreference << 24) | (((PassivePreference << 13) | ((uint)LocalPreference & 0x1FFF)) << 8) | 255;

    /// <inheritdoc/>
    public override string ToString()
    {
        // The same foundation stands for the same address and transport (RFC 8445 §5.1.1.3); one digit per preference does it, as all differ.
        string foundation = (((int)Transport << 16) | LocalPreference).ToString(CultureInfo.InvariantCulture);
        (string protocol, string suffix) = Transport == IceTransport.Udp ? ("udp", "") : ("tcp", " tcptype passive");
        return $"{foundation} 1 {protocol} {Priority} {Address.Address} {Address.Port} typ host{suffix}";
    }
}
