using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using VoiceGlm.Rtc;
using Xunit;

namespace VoiceGlm.CallTesting;

/// <summary>The other side, as a browser would be: offers, checks, shakes hands by BouncyCastle's client, and exchanges SRTP over a real socket.</summary>
public sealed class TestPeer : IDisposable
{
    private static readonly RtpExtensionMap s_extensions = new() { AudioLevel = 1, TransportSequence = 3 };

    private readonly DtlsDatagrams _dtls;
    private readonly DtlsIdentity _identity = DtlsIdentity.Create(DateTimeOffset.UtcNow);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<byte[]>> _checks = new();
    private readonly Channel<byte[]> _media = Channel.CreateUnbounded<byte[]>();
    private readonly SrtpProfile[] _profiles;
    private readonly byte[] _buffer = new byte[1500];
    private Link _link;
    private DtlsTransport? _transport;
    private string _ufrag = "test";
    private SrtpMaster? _master;
    private SrtpContext? _sends;
    private SrtpContext? _receives;
    private long _received;

    /// <param name="server">Whom to call.</param>
    /// <param name="profile">How media is to be protected; as the server likes where null.</param>
    /// <param name="overTcp">Whether the network lets no datagram through.</param>
    /// <param name="through">Where to send to instead, such as a relay.</param>
    public TestPeer(RtcServer server, SrtpProfile? profile = null, bool overTcp = false, IPEndPoint? through = null)
    {
        _profiles = profile is { } one ? [one] : [SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1];
        _dtls = new DtlsDatagrams(datagram => _link!.Send(datagram));
        _link = new Link(through ?? (overTcp ? server.TcpEndPoints[0] : server.UdpEndPoints[0]), overTcp, Receive);
    }

    public const string Password = "pWd0123456789abcdefghijkl";

    public uint Ssrc { get; set; } = 0xC0FFEE;

    public EndPoint LocalEndPoint => _link.LocalEndPoint;

    /// <summary>Gets what arrives from now on, on the socket's thread and valid during the call, instead of those who wait for it.</summary>
    public Action<ReadOnlyMemory<byte>>? Sink { get; set; }

    /// <summary>What arrived over the socket that was no answer to a check.</summary>
    public int MediaWaiting => _media.Reader.Count;

    /// <summary>Packets sent from here, since it moved last.</summary>
    public long Sent => _link.Sent;

    /// <summary>What arrived at all.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>The association's end, when the server closed it.</summary>
    public bool IsDtlsClosed => _dtls.IsClosed;

    public string Offer(string direction = "sendrecv", string? fingerprint = null, string formats = "0", string more = "") => $"""
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        t=0 0
        m=audio 9 UDP/TLS/RTP/SAVPF {formats} 126
        a=ice-ufrag:{_ufrag}
        a=ice-pwd:{Password}
        a=fingerprint:{fingerprint ?? _identity.Fingerprint.ToString()}
        a=setup:actpass
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a={direction}
        a=rtcp-mux
        a=rtcp-rsize
        a=rtcp-fb:0 transport-cc
        a=rtcp-fb:0 nack
        a=rtpmap:126 telephone-event/8000
        {more}
        """;

    /// <summary>Connects: a check, the handshake, keys.</summary>
    public async Task ConnectAsync(string answer, bool answersFingerprint = true)
    {
        await CheckAsync(answer);
        await ShakeHandsAsync(answer, answersFingerprint);
    }

    public async Task ShakeHandsAsync(string answer, bool answersFingerprint = true)
    {
        CertificateFingerprint? expected = null;
        if (answersFingerprint) Assert.True(CertificateFingerprint.TryParse(Attribute(answer, "fingerprint"), out expected));
        var client = new Client(_identity, _profiles, expected);
        _transport = await Task.Factory.StartNew(() => new DtlsClientProtocol().Connect(client, _dtls), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _master = client.Master!;
        Keys = client.Keys;
        _sends = _master.FromClient();
        _receives = _master.FromServer();
    }

    /// <summary>The keys and salts of the media, both directions.</summary>
    public byte[] Keys { get; private set; } = [];

    public SrtpProfile Profile => _master!.Profile;

    /// <summary>Sends a check and waits for its answer.</summary>
    public async Task<byte[]> CheckAsync(string answer, bool nominates = true, bool controls = true, string? remoteUfrag = null)
    {
        byte[] request = Check(answer, nominates, controls, remoteUfrag);
        var answered = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _checks[Convert.ToHexString(request.AsSpan(8, 12))] = answered;
        _link.Send(request);
        return await answered.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A check, not sent.</summary>
    public byte[] Check(string answer, bool nominates = true, bool controls = true, string? remoteUfrag = null)
    {
        var writer = new StunWriter(new byte[256], StunType.BindingRequest, RandomNumberGenerator.GetBytes(12));
        writer.Add(StunAttribute.Username, Encoding.ASCII.GetBytes($"{Attribute(answer, "ice-ufrag")}:{remoteUfrag ?? _ufrag}"));
        writer.Add(StunAttribute.Priority, [1, 2, 3, 4]);
        writer.Add(controls ? StunAttribute.IceControlling : StunAttribute.IceControlled, new byte[8]);
        if (nominates) writer.Add(StunAttribute.UseCandidate, []);
        writer.AddIntegrity(Encoding.ASCII.GetBytes(Attribute(answer, "ice-pwd")));
        writer.AddFingerprint();
        return writer.Written.ToArray();
    }

    public void Send(ReadOnlySpan<byte> packet) => _link.Send(packet);

    /// <summary>A protected packet of sound, not sent.</summary>
    public byte[] Media(ushort sequenceNumber, uint timestamp, ReadOnlySpan<byte> payload, byte payloadType = 0, bool isMarked = false, ushort transportSequence = 0) =>
        Protect(sequenceNumber, timestamp, payload, payloadType, isMarked, transportSequence).ToArray();

    /// <summary>Sends a packet of sound, and allocates nothing.</summary>
    public void SendMedia(ushort sequenceNumber, uint timestamp, ReadOnlySpan<byte> payload) =>
        _link.Send(Protect(sequenceNumber, timestamp, payload, payloadType: 0, isMarked: false, transportSequence: sequenceNumber));

    /// <summary>A protected compound, not sent.</summary>
    public byte[] Control(byte[] compound)
    {
        byte[] buffer = [.. compound, .. new byte[SrtpContext.MaximumOverhead]];
        return buffer[.._sends!.ProtectRtcp(buffer, compound.Length)];
    }

    /// <summary>The next packet that the server sent, restored.</summary>
    public async Task<byte[]> ReceiveAsync(bool control = false)
    {
        while (true)
        {
            byte[] packet = await _media.Reader.ReadAsync(TestContext.Current.CancellationToken);
            Assert.Equal(SrtpResult.Ok, Restore(packet, out int length));
            if (IsControl(packet) == control) return packet[..length];
        }
    }

    /// <summary>A packet that the server sent and that waits, restored. What comes twice is left out.</summary>
    public bool TryReceive(out ReadOnlyMemory<byte> packet, out bool isControl)
    {
        while (_media.Reader.TryRead(out byte[]? taken))
        {
            isControl = IsControl(taken);
            SrtpResult result = Restore(taken, out int length);
            packet = taken.AsMemory(0, length);
            if (result == SrtpResult.Ok) return true;
            Assert.Equal(SrtpResult.Replayed, result);
        }

        (packet, isControl) = (default, false);
        return false;
    }

    /// <summary>The next packet that the server sent, as it came.</summary>
    public async Task<byte[]> ReceiveProtectedAsync() => await _media.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>Ends the association, as a browser does that closes its connection.</summary>
    public void CloseDtls() => _transport!.Close();

    /// <summary>Goes on from another port under other credentials, as after a change of network.</summary>
    public void Move(RtcServer server, string ufrag, bool overTcp = false)
    {
        _ufrag = ufrag;
        _link.Dispose();
        _link = new Link(overTcp ? server.TcpEndPoints[0] : server.UdpEndPoints[0], overTcp, Receive);
    }

    public void Dispose()
    {
        _dtls.Close();
        _link.Dispose();
        _sends?.Dispose();
        _receives?.Dispose();
    }

    public static string Attribute(string sdp, string name)
    {
        SessionDescription session = SessionDescription.Parse(sdp);
        return session.Media[0][name] ?? session[name]!;
    }

    private Span<byte> Protect(ushort sequenceNumber, uint timestamp, ReadOnlySpan<byte> payload, byte payloadType, bool isMarked, ushort transportSequence)
    {
        int length = RtpWriter.Write(
            _buffer,
            new RtpHeader(payloadType, isMarked, sequenceNumber, timestamp, Ssrc),
            s_extensions,
            new RtpExtensionValues(new AudioLevel(20, true), 0, transportSequence),
            payload);
        return _buffer.AsSpan(0, _sends!.Protect(_buffer, length));
    }

    private static bool IsControl(byte[] packet) => packet[1] is >= 192 and <= 223;

    private SrtpResult Restore(byte[] packet, out int length) => IsControl(packet) ? _receives!.UnprotectRtcp(packet, out length) : _receives!.Unprotect(packet, out length);

    private void Receive(ReadOnlyMemory<byte> packet)
    {
        if (Sink is { } sink) sink(packet);
        else Take(packet.ToArray());
        Interlocked.Increment(ref _received);
    }

    private void Take(byte[] packet)
    {
        if (packet[0] < 4)
        {
            if (_checks.TryRemove(Convert.ToHexString(packet.AsSpan(8, 12)), out TaskCompletionSource<byte[]>? answered)) answered.SetResult(packet);
        }
        else if (packet[0] < 64)
        {
            _dtls.TryDeliver(packet);
        }
        else
        {
            _media.Writer.TryWrite(packet);
        }
    }

    /// <summary>A socket and its thread.</summary>
    private sealed class Link : IDisposable
    {
        private readonly Socket _socket;
        private readonly bool _isTcp;
        private readonly Thread _thread;
        private long _sent;

        public Link(IPEndPoint server, bool overTcp, Action<ReadOnlyMemory<byte>> take)
        {
            _isTcp = overTcp;
            IPAddress address = server.Address.Equals(IPAddress.IPv6Any) || server.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : server.Address;
            _socket = overTcp ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) : new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            _socket.Connect(address, server.Port);
            _thread = new Thread(() => Receive(take)) { IsBackground = true };
            _thread.Start();
        }

        public EndPoint LocalEndPoint => _socket.LocalEndPoint!;

        public long Sent => Volatile.Read(ref _sent);

        public void Send(ReadOnlySpan<byte> packet)
        {
            Interlocked.Increment(ref _sent);
            if (!_isTcp)
            {
                _socket.Send(packet);
                return;
            }

            byte[] framed = [0, 0, .. packet];
            BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)packet.Length);
            _socket.Send(framed);
        }

        public void Dispose()
        {
            _socket.Dispose();
            if (Thread.CurrentThread != _thread) _thread.Join();
        }

        private void Receive(Action<ReadOnlyMemory<byte>> take)
        {
            var framing = new StreamFraming();
            var buffer = new byte[2048];
            try
            {
                while (true)
                {
                    int length = _socket.Receive(_isTcp ? framing.Free.Span : buffer);
                    if (!_isTcp)
                    {
                        take(buffer.AsMemory(0, length));
                        continue;
                    }

                    if (length == 0) return;
                    framing.Advance(length);
                    while (framing.TryTake(out Span<byte> packet))
                        take(packet.ToArray());
                }
            }
            catch (SocketException)
            {
                // Disposed.
            }
            catch (ObjectDisposedException)
            {
                // Disposed.
            }
        }
    }

    /// <summary>The client's side of the handshake.</summary>
    private sealed class Client(DtlsIdentity identity, SrtpProfile[] profiles, CertificateFingerprint? expected) : DefaultTlsClient(new BcTlsCrypto()), TlsAuthentication
    {
        private SrtpProfile _profile;

        public SrtpMaster? Master { get; private set; }

        public byte[] Keys { get; private set; } = [];

        public override IDictionary<int, byte[]> GetClientExtensions()
        {
            IDictionary<int, byte[]> extensions = base.GetClientExtensions();
            TlsSrtpUtilities.AddUseSrtpExtension(extensions, new UseSrtpData([.. profiles.Select(static profile => (int)profile)], []));
            return extensions;
        }

        public override void ProcessServerExtensions(IDictionary<int, byte[]> serverExtensions)
        {
            base.ProcessServerExtensions(serverExtensions);
            _profile = (SrtpProfile)Assert.Single(TlsSrtpUtilities.GetUseSrtpExtension(serverExtensions).ProtectionProfiles);
        }

        public override TlsAuthentication GetAuthentication() => this;

        public void NotifyServerCertificate(TlsServerCertificate serverCertificate)
        {
            if (expected is not null) Assert.True(expected.Matches(serverCertificate.Certificate.GetCertificateAt(0).GetEncoded()));
        }

        public TlsCredentials GetClientCredentials(CertificateRequest certificateRequest) => identity.SignerFor(m_context, (BcTlsCrypto)Crypto);

        public override void NotifyHandshakeComplete()
        {
            base.NotifyHandshakeComplete();
            Master = SrtpMaster.Export(m_context, _profile);
            Keys = m_context.ExportKeyingMaterial(ExporterLabel.dtls_srtp, null, 2 * (SrtpProfiles.KeyLength + _profile.SaltLength()));
        }

        public override int GetHandshakeResendTimeMillis() => 200;

        public override int GetHandshakeTimeoutMillis() => 20_000;

        protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.DTLSv12.Only();
    }
}
