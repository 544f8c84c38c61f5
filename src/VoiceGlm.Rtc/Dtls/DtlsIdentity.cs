using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using CertificateRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;
using HashAlgorithm = Org.BouncyCastle.Tls.HashAlgorithm;

namespace VoiceGlm.Rtc;

/// <summary>Who this process is towards its peers: a self-signed ECDSA P-256 certificate, made fresh and never written down. Thread-safe.</summary>
internal sealed class DtlsIdentity
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(365);
    private readonly AsymmetricKeyParameter _key;
    private readonly byte[] _certificate;

    private DtlsIdentity(AsymmetricKeyParameter key, byte[] certificate)
    {
        _key = key;
        _certificate = certificate;
        Fingerprint = CertificateFingerprint.Of(certificate);
    }

    /// <summary>What the other side compares the certificate with.</summary>
    public CertificateFingerprint Fingerprint { get; }

    /// <summary>Makes a new one.</summary>
    /// <param name="now">The time; the certificate is valid from a day before, as clocks differ.</param>
    public static DtlsIdentity Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The name tells nothing: the fingerprint is who it is.
        var request = new CertificateRequest("CN=WebRTC", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now + s_lifetime);
        byte[] exported = key.ExportPkcs8PrivateKey();
        try
        {
            return new DtlsIdentity(PrivateKeyFactory.CreateKey(exported), certificate.RawData);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(exported);
        }
    }

    /// <summary>The certificate and its key, for one handshake.</summary>
    public TlsCredentialedSigner SignerFor(TlsContext context, BcTlsCrypto crypto) => new BcDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(context),
        crypto,
        _key,
        new Certificate([crypto.CreateCertificate(_certificate)]),
        SignatureAndHashAlgorithm.GetInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa));
}
