using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using VoiceGlm.CallTesting;
using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

/// <summary>What BouncyCastle makes of handshakes that are none.</summary>
public sealed class DtlsHandshakeTests
{
    // BouncyCastle believes a length of 24 bits within a message, too, once: the alert that follows ends the session.
    private const int MaximumBytes = 18 << 20;

    [Fact]
    public async Task Damaged_handshakes_end_with_an_alert_and_nothing_else()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection _, TestPeer peer, CallRecorder _) = await Calls.ConnectAsync(server);
        using (peer)
        {
            byte[][] flights = [.. peer.Handshake];
            Assert.True(CertificateFingerprint.TryParse(TestPeer.Attribute(peer.Offer(), "fingerprint"), out CertificateFingerprint? expected));
            var settings = new DtlsSettings([peer.Profile], [expected!], TimeSpan.FromSeconds(1));
            DtlsIdentity identity = DtlsIdentity.Create(DateTimeOffset.UtcNow);
            var crypto = new BcTlsCrypto();
            int ended = 0;

            // Each is a signature and two points on a curve.
            new Mutator(14, flights).Run(
                input =>
                {
                    // Damaged from the first message on, or from the second.
                    byte[][] played = ended % 2 == 0 ? [input.ToArray(), .. flights] : [flights[0], input.ToArray(), .. flights[1..]];
                    Assert.ThrowsAny<IOException>(() => new DtlsServerProtocol().Accept(new DtlsHandshake(crypto, identity, settings), new Recording(played)));
                    ended++;
                },
                MaximumBytes,
                oneIn: 100);
            Assert.Equal(Mutator.Count / 100, ended);
        }
    }

    /// <summary>Datagrams that come one after another, as far as they are let through, and then the end of the network.</summary>
    private sealed class Recording(byte[][] datagrams) : DatagramTransport
    {
        private int _next;

        public int GetReceiveLimit() => 2048;

        public int GetSendLimit() => 1200;

        public int Receive(byte[] buf, int off, int len, int waitMillis) => Receive(buf.AsSpan(off, len), waitMillis);

        public int Receive(Span<byte> buffer, int waitMillis)
        {
            if (_next == datagrams.Length) throw new TlsFatalAlert(AlertDescription.user_canceled);
            byte[] datagram = datagrams[_next++];
            if (datagram.Length > buffer.Length || !DtlsRecord.AreWhole(datagram)) return -1;
            datagram.CopyTo(buffer);
            return datagram.Length;
        }

        public void Send(byte[] buf, int off, int len)
        {
        }

        public void Send(ReadOnlySpan<byte> buffer)
        {
        }

        public void Close()
        {
        }
    }
}
