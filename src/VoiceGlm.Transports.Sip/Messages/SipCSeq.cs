namespace VoiceGlm.Transports.Sip;

/// <summary>A request's place among those of its dialog (RFC 3261 §20.16).</summary>
/// <param name="Number">0 to 2³¹ − 1.</param>
/// <param name="Method">The request's method, again.</param>
internal readonly record struct SipCSeq(int Number, string Method)
{
    /// <summary>Reads the value.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SipCSeq cseq)
    {
        cseq = default;
        text = text.Trim();
        int space = text.IndexOfAny(' ', '\t');
        if (space < 0 || !SipGrammar.TryReadNumber(text[..space], int.MaxValue, out long number)) return false;
        ReadOnlySpan<char> method = text[space..].TrimStart();
        if (!SipGrammar.IsToken(method)) return false;
        cseq = new SipCSeq((int)number, method.ToString());
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Number} {Method}";
}
