namespace VoiceGlm.Transports.SignalR.Tests;

/// <summary>Answers offers with calls that a test drives.</summary>
internal sealed class ScriptedCarrier : ICallCarrier
{
    /// <summary>The calls, in their order.</summary>
    public List<ScriptedCall> Calls { get; } = [];

    public ICarriedCall Answer(string offer, ICarriedSession session)
    {
        if (offer != "offer") throw new CallRefusedException($"Expected an offer, found '{offer}'.");
        var call = new ScriptedCall(session);
        Calls.Add(call);
        return call;
    }
}

/// <summary>A call whose network is the test.</summary>
/// <param name="session">The session's side.</param>
internal sealed class ScriptedCall(ICarriedSession session) : ICarriedCall
{
    public ICarriedSession Session => session;

    public string Answer => "answer";

    public bool IsHungUp { get; private set; }

    /// <summary>What was said over it of any reply.</summary>
    public TimeSpan Sent { get; private set; }

    public string Restart(string offer) => offer == "offer again" ? "answer again" : throw new CallRefusedException("That is another call.");

    public TimeSpan Flush(TurnId turn) => Sent;

    public void HangUp() => IsHungUp = true;

    /// <summary>Says what there is to say.</summary>
    /// <returns>The position of the first sample, or -1.</returns>
    public long Say(TimeSpan atMost)
    {
        long first = -1;
        while (Sent < atMost && session.TryTakeSpeech(out _, out AudioFrame frame))
        {
            if (first < 0) first = frame.Position;
            Sent += frame.Duration;
        }

        return first;
    }
}
