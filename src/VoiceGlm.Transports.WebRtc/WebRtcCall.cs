using System.Security.Cryptography;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.WebRtc;

/// <summary>A call under its address. Thread-safe.</summary>
/// <param name="peer">The peer.</param>
/// <param name="connection">Its sound.</param>
/// <param name="offer">The offer that began it.</param>
internal sealed class WebRtcCall(PeerConnection peer, WebRtcVoiceConnection connection, string offer)
{
    private readonly Lock _gate = new();
    private string _offer = offer;
    private int _beginnings = 1;

    /// <summary>The last part of its address. Whoever knows it has the call.</summary>
    public string Id { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    /// <summary>The peer.</summary>
    public PeerConnection Peer => peer;

    /// <summary>Its sound.</summary>
    public WebRtcVoiceConnection Connection => connection;

    /// <summary>Names the present beginning of ICE (RFC 9725 §4.3.1).</summary>
    public string ETag
    {
        get
        {
            lock (_gate) return $"\"{_beginnings}\"";
        }
    }

    /// <summary>Takes what a client says of the way there.</summary>
    /// <returns>What this side answers to another beginning of ICE; <see langword="null"/> for candidates, which are not needed: a check shows where it comes from.</returns>
    /// <exception cref="SdpException">The fragment cannot be read.</exception>
    /// <exception cref="InvalidOperationException">The call is over.</exception>
    public string? Take(string fragment)
    {
        lock (_gate)
        {
            if (IceFragment.Restart(_offer, fragment) is not { } again) return null;
            string answer = peer.Renegotiate(again);
            _offer = again;
            _beginnings++;
            return IceFragment.Of(answer);
        }
    }
}
