namespace VoiceGlm.Transports.Sip;

/// <summary>Why a message is not taken.</summary>
/// <param name="Status">What a request is answered with.</param>
/// <param name="Sentence">What was expected and found.</param>
internal sealed record SipProblem(int Status, string Sentence)
{
    /// <summary>The message is malformed.</summary>
    public static SipProblem Malformed(string sentence) => new(400, sentence);
}
