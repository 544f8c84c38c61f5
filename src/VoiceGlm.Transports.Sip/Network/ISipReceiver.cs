namespace VoiceGlm.Transports.Sip;

/// <summary>Is told what comes from the network; on its threads, several at once.</summary>
internal interface ISipReceiver
{
    /// <summary>A message came.</summary>
    /// <param name="message">The message.</param>
    /// <param name="problem">Why it is not to be taken; then it is a request, to be answered with that.</param>
    /// <param name="flow">Where it came by.</param>
    void Receive(SipMessage message, SipProblem? problem, SipFlow flow);

    /// <summary>Nothing more comes or leaves by a flow.</summary>
    void Lose(SipFlow flow);
}
