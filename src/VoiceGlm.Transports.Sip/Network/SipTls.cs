using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace VoiceGlm.Transports.Sip;

/// <summary>How connections are secured. Thread-safe.</summary>
internal sealed class SipTls : IDisposable
{
    private readonly X509Certificate2? _own;
    private readonly X509Certificate2Collection _trusted = [];

    /// <param name="options">Where the certificates are.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file is no certificate, or its key does not belong to it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public SipTls(SipVoiceOptions options)
    {
        if (options.Certificate.Length > 0) _own = X509Certificate2.CreateFromPemFile(options.Certificate, options.CertificateKey.Length > 0 ? options.CertificateKey : null);
        if (options.TrustedCertificates.Length > 0) _trusted.ImportFromPemFile(options.TrustedCertificates);
    }

    /// <summary>Secures a connection that somebody made to here.</summary>
    public async Task<Stream> AcceptAsync(Stream stream, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _own }, cancellationToken);
        return secure;
    }

    /// <summary>Secures a connection that was made from here.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="host">Whose certificate is expected.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Stream> ConnectAsync(Stream stream, string host, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (_own is not null) options.ClientCertificates = [_own];
        if (_trusted.Count > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(_trusted);
        }

        await secure.AuthenticateAsClientAsync(options, cancellationToken);
        return secure;
    }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();
}
