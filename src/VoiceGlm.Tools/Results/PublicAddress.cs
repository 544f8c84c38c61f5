using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Tools.Results;

/// <summary>Tells addresses of the open internet from those of this machine, of the networks around it, and of no machine.</summary>
/// <remarks>The special-purpose registries of IANA (RFC 6890 and its followers).</remarks>
internal static class PublicAddress
{
    private static readonly IPNetwork[] s_special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // 2000::/3 is all that is given out; these parts of it are for other uses. Those that carry an IPv4 address in them are not followed.
    private static readonly IPNetwork s_unicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] s_specialSix = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20" }.Select(IPNetwork.Parse)];

    /// <summary>Whether an address is of the open internet.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !s_special.Any(network => network.Contains(address)),
            AddressFamily.InterNetworkV6 => s_unicast.Contains(address) && !s_specialSix.Any(network => network.Contains(address)),
            _ => false,
        };
    }
}
