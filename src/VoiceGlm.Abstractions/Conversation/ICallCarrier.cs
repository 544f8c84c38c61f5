namespace VoiceGlm;

/// <summary>Carries sessions' sound over calls. A transport whose own sound is slower, or weaker on a bad network, hands offers to it. Thread-safe.</summary>
public interface ICallCarrier
{
    /// <summary>Answers an offer. The call carries the session's sound from <see cref="ICarriedSession.OnConnected"/> to <see cref="ICarriedSession.OnEnded"/>.</summary>
    /// <param name="offer">What the far side can do, SDP.</param>
    /// <param name="session">Whose sound it is. Not called before this returns.</param>
    /// <exception cref="CallRefusedException">The offer cannot be read or met, or no more calls are taken.</exception>
    ICarriedCall Answer(string offer, ICarriedSession session);
}

/// <summary>A call that carries a session's sound. Thread-safe.</summary>
public interface ICarriedCall
{
    /// <summary>This side's answer to the last offer, SDP.</summary>
    string Answer { get; }

    /// <summary>Answers another offer of the same call: its far side comes from another network now.</summary>
    /// <returns>The answer, SDP.</returns>
    /// <exception cref="CallRefusedException">The offer is not one for this call, or the call is over.</exception>
    string Restart(string offer);

    /// <summary>Forgets what of a reply was not sent, and all of it that is still to come.</summary>
    /// <returns>How much was sent: nobody can call it back.</returns>
    TimeSpan Flush(TurnId turn);

    /// <summary>Ends the call.</summary>
    void HangUp();
}

/// <summary>A session whose sound a call carries, as the call sees it. Its methods return at once; the call's clock calls them, one at a time.</summary>
public interface ICarriedSession
{
    /// <summary>Sound can flow.</summary>
    void OnConnected();

    /// <summary>The call is over, or did not come to be. Called once, last.</summary>
    /// <param name="reason">A sentence that says why.</param>
    void OnEnded(string reason);

    /// <summary>Takes what the microphone heard next.</summary>
    /// <param name="frame">At 16 kHz; its position counts from the beginning of the call.</param>
    void Hear(AudioFrame frame);

    /// <summary>Gives the next speech to say, some 20 ms of one reply.</summary>
    /// <returns>False where there is none now.</returns>
    bool TryTakeSpeech(out TurnId turn, out AudioFrame frame);

    /// <summary>Learns how much was heard of what it gave of a reply.</summary>
    /// <param name="turn">The reply.</param>
    /// <param name="heard">How much, as far as that is known. Never falls.</param>
    /// <param name="isAll">Whether it is everything that was given.</param>
    void OnHeard(TurnId turn, TimeSpan heard, bool isAll);
}

/// <summary>A call cannot be had. The message is a sentence for people.</summary>
/// <param name="message">What was expected and what was found.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class CallRefusedException(string message, Exception? innerException = null) : Exception(message, innerException);
