using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Rtc;

/// <summary>An IP address and a port as a value: a key that costs no memory. IPv4 is kept as IPv6 maps it.</summary>
internal readonly record struct TransportAddress(UInt128 Address, ushort Port)
{
    private static readonly UInt128 s_mappedPrefix = (UInt128)0xFFFF << 32;

    /// <summary>Whether this is an IPv4 address.</summary>
    public bool IsIPv4 => (Address >> 32) == 0xFFFF;

    public static TransportAddress From(IPEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.MapToIPv6().TryWriteBytes(bytes, out _);
        return new TransportAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes), (ushort)endPoint.Port);
    }

    /// <summary>Reads what a socket received from: sockaddr_in or sockaddr_in6, which all systems lay out alike behind the family.</summary>
    public static TransportAddress From(SocketAddress address)
    {
        ReadOnlySpan<byte> bytes = address.Buffer.Span;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return address.Family == AddressFamily.InterNetworkV6
            ? new TransportAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]), port)
            : new TransportAddress(s_mappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), port);
    }

    /// <summary>The address as a socket sends to it.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        CopyTo(bytes);
        var address = new IPAddress(bytes);
        return new IPEndPoint(IsIPv4 ? address.MapToIPv4() : address, Port);
    }

    /// <summary>Writes the 16 bytes of the IPv6 form.</summary>
    public void CopyTo(Span<byte> bytes) => BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
}
