using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace VoiceGlm.Rtc;

/// <summary>The rules of the server's side of one handshake: DTLS 1.2 with ECDHE, a client that shows the certificate it announced, and use_srtp.</summary>
/// <param name="crypto">BouncyCastle's primitives.</param>
/// <param name="identity">Who this side is.</param>
/// <param name="settings">What is allowed.</param>
internal sealed class DtlsHandshake(BcTlsCrypto crypto, DtlsIdentity identity, DtlsSettings settings) : DefaultTlsServer(crypto)
{
    private const int ResendMilliseconds = 400;
    private const int MaximumChain = 4;

    private static readonly int[] s_cipherSuites =
    [
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
    ];

    private SrtpProfile? _profile;
    private bool _isVerified;

    /// <summary>The keys for media, when the handshake is complete.</summary>
    public SrtpMaster? Master { get; private set; }

    /// <summary>Why this side refused, or null.</summary>
    public string? Refusal { get; private set; }

    public override bool IgnoreCorruptDtlsRecords => true;

    public override bool RequiresExtendedMasterSecret() => true;

    public override int GetHandshakeTimeoutMillis() => (int)settings.Timeout.TotalMilliseconds;

    public override int GetHandshakeResendTimeMillis() => ResendMilliseconds;

    public override int GetMaxCertificateChainLength() => MaximumChain;

    public override CertificateRequest GetCertificateRequest() => new(
        [ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign], TlsUtilities.GetDefaultSupportedSignatureAlgorithms(m_context), null);

    public override void NotifyClientCertificate(Certificate clientCertificate)
    {
        if (clientCertificate.IsEmpty) throw Refuse(AlertDescription.handshake_failure, "Expected the client's certificate, found none.");
        byte[] shown = clientCertificate.GetCertificateAt(0).GetEncoded();
        if (!settings.Fingerprints.Any(fingerprint => fingerprint.Matches(shown)))
            throw Refuse(AlertDescription.bad_certificate, "Expected the certificate that the offer's fingerprint names, found another.");
        _isVerified = true;
    }

    public override void ProcessClientExtensions(IDictionary<int, byte[]> clientExtensions)
    {
        base.ProcessClientExtensions(clientExtensions);
        int[] offered = clientExtensions is null ? [] : TlsSrtpUtilities.GetUseSrtpExtension(clientExtensions)?.ProtectionProfiles ?? [];
        foreach (SrtpProfile profile in settings.Profiles)
        {
            if (!offered.Contains((int)profile)) continue;
            _profile = profile;
            return;
        }

        throw Refuse(AlertDescription.handshake_failure, "Expected use_srtp with a profile that is allowed here, found none.");
    }

    public override IDictionary<int, byte[]> GetServerExtensions()
    {
        IDictionary<int, byte[]> extensions = base.GetServerExtensions();
        TlsSrtpUtilities.AddUseSrtpExtension(extensions, new UseSrtpData([(int)_profile!.Value], []));
        return extensions;
    }

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        if (!_isVerified) throw Refuse(AlertDescription.handshake_failure, "Expected the client's certificate, found none.");
        Master = SrtpMaster.Export(m_context, _profile!.Value);
    }

    protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.DTLSv12.Only();

    protected override int[] GetSupportedCipherSuites() => TlsUtilities.GetSupportedCipherSuites(Crypto, s_cipherSuites);

    protected override TlsCredentialedSigner GetECDsaSignerCredentials() => identity.SignerFor(m_context, (BcTlsCrypto)Crypto);

    private TlsFatalAlert Refuse(short alert, string reason)
    {
        Refusal = reason;
        return new TlsFatalAlert(alert);
    }
}

/// <summary>What a handshake is allowed.</summary>
/// <param name="Profiles">How media may be protected, most wanted first.</param>
/// <param name="Fingerprints">Of which certificates the client must show one.</param>
/// <param name="Timeout">How long it may take.</param>
internal sealed record DtlsSettings(IReadOnlyList<SrtpProfile> Profiles, IReadOnlyList<CertificateFingerprint> Fingerprints, TimeSpan Timeout);
