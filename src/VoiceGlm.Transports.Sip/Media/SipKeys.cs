using System.Text;

namespace VoiceGlm.Transports.Sip;

/// <summary>What is typed on a telephone, put together until it is finished: by the key #, or by a pause. Not thread-safe.</summary>
internal sealed class SipKeys
{
    /// <summary>After so long without a key, what was typed is whole.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private const int Longest = 64;
    private const char Finish = '#';

    private readonly StringBuilder _typed = new();
    private TimeSpan _typedAt;

    /// <summary>Takes a key.</summary>
    /// <returns>What was typed, where this key finished it; else <see langword="null"/>.</returns>
    public string? Take(char key, TimeSpan now)
    {
        _typedAt = now;
        if (key == Finish && _typed.Length > 0) return Whole();
        _typed.Append(key);
        return _typed.Length == Longest ? Whole() : null;
    }

    /// <summary>What was typed, where a pause has finished it; else <see langword="null"/>.</summary>
    public string? TakeAfterPause(TimeSpan now) => _typed.Length > 0 && now - _typedAt >= Pause ? Whole() : null;

    /// <summary>Reads a key press as INFO tells it: <c>application/dtmf-relay</c> (a line Signal=) or <c>application/dtmf</c> (the key alone).</summary>
    public static char? Read(string? contentType, string body)
    {
        string? text = contentType switch
        {
            "application/dtmf-relay" => body.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(static line => line.StartsWith("Signal", StringComparison.OrdinalIgnoreCase))?.Split('=', 2) is [_, var value] ? value.Trim() : null,
            "application/dtmf" => body.Trim(),
            _ => null,
        };
        if (text is "10" or "11") return text == "10" ? '*' : '#';
        return text is [var key] && "0123456789*#ABCD".Contains(char.ToUpperInvariant(key), StringComparison.Ordinal) ? char.ToUpperInvariant(key) : null;
    }

    private string Whole()
    {
        string whole = _typed.ToString();
        _typed.Clear();
        return whole;
    }
}
