using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Rtc;

/// <summary>Two sockets of a call: sound on an even port and reports on the next (RFC 3550 §11).</summary>
internal static class PhonePorts
{
    /// <summary>Opens them.</summary>
    /// <param name="address">The local address.</param>
    /// <param name="first">The first port that may be; 0 for any that are free.</param>
    /// <param name="last">The last port that may be.</param>
    /// <exception cref="InvalidOperationException">No two ports are free.</exception>
    public static (Socket Rtp, Socket Rtcp) Open(IPAddress address, int first, int last)
    {
        if (first == 0) return (Bind(address, 0)!, Bind(address, 0)!);
        first += first & 1;
        int pairs = (last - first + 1) / 2;
        // Not the ports of the call before: its late packets may still be on their way.
        int start = Random.Shared.Next(Math.Max(1, pairs));
        for (int i = 0; i < pairs; i++)
        {
            int port = first + (2 * ((start + i) % pairs));
            if (Bind(address, port) is not { } rtp) continue;
            if (Bind(address, port + 1) is { } rtcp) return (rtp, rtcp);
            rtp.Dispose();
        }

        throw new InvalidOperationException($"Expected two free ports from {first} to {last}, found none.");
    }

    private static Socket? Bind(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
