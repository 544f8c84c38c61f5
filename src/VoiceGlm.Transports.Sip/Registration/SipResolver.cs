using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Transports.Sip;

/// <summary>Finds the addresses of a server: each is tried in turn (RFC 3263 §4.2, by address records). Thread-safe.</summary>
internal static class SipResolver
{
    /// <summary>Looks a server up.</summary>
    /// <param name="server">Its URI.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>None where the name is not known.</returns>
    public static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(SipUri server, CancellationToken cancellationToken)
    {
        int port = server.Port ?? SipProtocols.Of(server).DefaultPort();
        if (IPAddress.TryParse(server.HostName, out IPAddress? address)) return [new IPEndPoint(address, port)];
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(server.HostName, cancellationToken);
            // IPv4 first: what telephones speak.
            return [.. found.OrderBy(static found => found.AddressFamily != AddressFamily.InterNetwork).Select(found => new IPEndPoint(found, port))];
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
