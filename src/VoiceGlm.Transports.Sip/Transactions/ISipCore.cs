namespace VoiceGlm.Transports.Sip;

/// <summary>What makes sense of requests. Everything runs under the gate.</summary>
internal interface ISipCore
{
    /// <summary>Whether a request of this sender, outside any call, is taken at all; if not, nobody gets an answer.</summary>
    bool Admits(SipRequest request, SipFlow flow);

    /// <summary>A request came, for the first time.</summary>
    void Take(SipServerTransaction transaction);

    /// <summary>An ACK of a success came.</summary>
    void TakeAck(SipRequest ack);
}
