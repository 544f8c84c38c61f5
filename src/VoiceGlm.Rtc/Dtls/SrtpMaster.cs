using System.Security.Cryptography;
using Org.BouncyCastle.Tls;

namespace VoiceGlm.Rtc;

/// <summary>What a handshake agreed on for media (RFC 5764 §4.2): a profile, and a key and a salt for each direction. Never logged.</summary>
internal sealed class SrtpMaster(SrtpProfile profile, byte[] exported)
{
    public SrtpProfile Profile => profile;

    /// <summary>Takes it from a finished handshake.</summary>
    public static SrtpMaster Export(TlsContext context, SrtpProfile profile) =>
        new(profile, context.ExportKeyingMaterial(ExporterLabel.dtls_srtp, null, 2 * (SrtpProfiles.KeyLength + profile.SaltLength())));

    /// <summary>Makes the context of what the client sends.</summary>
    public SrtpContext FromClient() => Context(0);

    /// <summary>Makes the context of what the server sends.</summary>
    public SrtpContext FromServer() => Context(1);

    /// <summary>Forgets the keys.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(exported);

    // Both keys, client's first, then both salts.
    private SrtpContext Context(int side)
    {
        int salt = profile.SaltLength();
        return new SrtpContext(
            profile, exported.AsSpan(side * SrtpProfiles.KeyLength, SrtpProfiles.KeyLength), exported.AsSpan((2 * SrtpProfiles.KeyLength) + (side * salt), salt));
    }
}
