namespace VoiceGlm.Transports.Sip;

/// <summary>A request. Not thread-safe.</summary>
/// <param name="method">Its method, compared with case.</param>
/// <param name="uri">Whom it is sent to.</param>
internal sealed class SipRequest(string method, SipUri uri) : SipMessage
{
    /// <summary>Its method.</summary>
    public string Method => method;

    /// <summary>Whom it is sent to.</summary>
    public SipUri Uri { get; set; } = uri;

    /// <inheritdoc/>
    public override string StartLine => $"{method} {Uri} {Version}";

    /// <summary>Whether it begins something: it is in no dialog yet.</summary>
    public bool IsOutsideDialog => To.Tag is null;
}
