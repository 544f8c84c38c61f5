namespace VoiceGlm.Rtc;

/// <summary>Is told what a telephone sends. Calls come from the network's threads: they must return at once and not throw.</summary>
public interface IPhoneListener
{
    /// <summary>A packet of sound arrived. Its memory is the network's: what is kept is copied.</summary>
    void OnAudio(in AudioPacket packet);

    /// <summary>A key was pressed, or let go; each once (RFC 4733).</summary>
    void OnTelephoneEvent(TelephoneEvent telephoneEvent);

    /// <summary>The other side tells how it receives.</summary>
    void OnReport(ReceptionReport report);
}
