using System.Globalization;

namespace VoiceGlm.Transports.Sip;

/// <summary>How long a call lasts without a sign of the other side, and who gives the sign (RFC 4028). Used under the gate.</summary>
/// <param name="alarm">Rings when it is time.</param>
/// <param name="refresh">Gives the sign.</param>
/// <param name="expire">There was none.</param>
internal sealed class SessionTimer(SipAlarm alarm, Action refresh, Action expire) : IDisposable
{
    /// <summary>The shortest interval that is agreed to.</summary>
    public const int Minimum = 90;

    private bool _isOurs;

    /// <summary>The interval that holds, in seconds; 0 where none does.</summary>
    public int Interval { get; private set; }

    /// <summary>Whether a request asks for a shorter interval than may be.</summary>
    public static bool IsTooShort(SipRequest request) => request.Headers.Number("Session-Expires") is { } asked && asked < Minimum && request.Headers.Lists("Supported", "timer");

    /// <summary>Agrees to what a request asks for, and says so in the answer (§9).</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">The success.</param>
    /// <param name="wanted">The interval that this side wants, in seconds.</param>
    public void Agree(SipRequest request, SipResponse answer, int wanted)
    {
        bool isKnown = request.Headers.Lists("Supported", "timer");
        string? value = request.Headers["Session-Expires"];
        int? asked = request.Headers.Number("Session-Expires");
        Interval = asked is { } found ? Math.Max(Minimum, Math.Min(found, wanted)) : wanted;
        if (request.Headers.Number("Min-SE") is { } least) Interval = Math.Max(Interval, least);
        // Who does not know of it cannot give the sign.
        _isOurs = !isKnown || !(value ?? "").Contains("refresher=uac", StringComparison.OrdinalIgnoreCase);
        if (isKnown) answer.Headers.Add("Require", "timer");
        answer.Headers.Add("Session-Expires", string.Create(CultureInfo.InvariantCulture, $"{Interval};refresher={(_isOurs ? "uas" : "uac")}"));
        Begin();
    }

    /// <summary>Asks for an interval, as the one who gives the sign.</summary>
    public void Ask(SipRequest request, int wanted)
    {
        request.Headers.Add("Session-Expires", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(Math.Max(wanted, Interval), Minimum)};refresher=uac"));
        request.Headers.Add("Min-SE", string.Create(CultureInfo.InvariantCulture, $"{Minimum}"));
    }

    /// <summary>Takes what the other side agreed to; where it says nothing, there is no interval (§7.2).</summary>
    public void Take(SipResponse response)
    {
        if (response.Headers.Number("Session-Expires") is not { } agreed)
        {
            Interval = 0;
            alarm.Clear();
            return;
        }

        Interval = Math.Max(Minimum, agreed);
        _isOurs = !response.Headers["Session-Expires"]!.Contains("refresher=uas", StringComparison.OrdinalIgnoreCase);
        Begin();
    }

    /// <inheritdoc/>
    public void Dispose() => alarm.Clear();

    // §10: the sign is given at half of the interval; who waits for it gives up a third, or 32 s, before its end.
    private void Begin()
    {
        TimeSpan interval = TimeSpan.FromSeconds(Interval);
        if (_isOurs) alarm.Set(interval / 2, refresh);
        else alarm.Set(interval - TimeSpan.FromSeconds(Math.Min(32, Interval / 3.0)), expire);
    }
}
