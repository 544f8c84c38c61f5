namespace VoiceGlm.Transports.Sip;

/// <summary>
/// A request of the other side and the answers to it (RFC 3261 §17.2, RFC 6026): what comes again is answered as before, a final answer to an INVITE that is no success is
/// sent until it is acknowledged. Everything runs under the gate.
/// </summary>
internal sealed class SipServerTransaction
{
    private enum Stage
    {
        Proceeding,
        Completed,
        Confirmed,
        Accepted,
        Terminated,
    }

    private readonly SipTransactions _owner;
    private readonly SipAlarm _again;
    private readonly SipAlarm _end;
    private Stage _stage = Stage.Proceeding;
    private TimeSpan _interval = SipTimers.T1;
    private byte[]? _last;

    /// <param name="owner">Whose it is.</param>
    /// <param name="request">The request.</param>
    /// <param name="flow">Where it came by.</param>
    /// <param name="key">What it is known by.</param>
    public SipServerTransaction(SipTransactions owner, SipRequest request, SipFlow flow, string key)
    {
        _owner = owner;
        _again = owner.NewAlarm();
        _end = owner.NewAlarm();
        Request = request;
        Flow = flow;
        Key = key;
        ToTag = request.To.Tag ?? SipResponse.NewTag();
    }

    /// <summary>The request.</summary>
    public SipRequest Request { get; }

    /// <summary>Where it came by, and answers go.</summary>
    public SipFlow Flow { get; }

    /// <summary>What it is known by.</summary>
    public string Key { get; }

    /// <summary>This side's tag, the same in all answers.</summary>
    public string ToTag { get; }

    /// <summary>Is told that the INVITE is cancelled before it is answered.</summary>
    public Action? Cancelled { get; set; }

    /// <summary>Whether it has no final answer yet.</summary>
    public bool IsPending => _stage == Stage.Proceeding;

    private bool IsInvite => Request.Method == SipMethods.Invite;

    /// <summary>Makes an answer with this side's tag.</summary>
    public SipResponse Answer(int status) => SipResponse.Of(Request, status, ToTag);

    /// <summary>Answers with a status alone.</summary>
    public void Respond(int status) => Respond(Answer(status));

    /// <summary>Answers; after a final answer nothing more is sent.</summary>
    public void Respond(SipResponse response)
    {
        if (_stage != Stage.Proceeding) return;
        _last = response.ToBytes();
        _owner.SendBack(this, _last);
        if (response.IsProvisional) return;
        if (!IsInvite)
        {
            _stage = Stage.Completed;
            if (Flow.IsReliable) Terminate();
            else _end.Set(SipTimers.Patience, Terminate);
        }
        else if (response.IsSuccess)
        {
            // The answer is sent again by the call, which knows whether it was acknowledged.
            _stage = Stage.Accepted;
            _end.Set(SipTimers.Patience, Terminate);
        }
        else
        {
            _stage = Stage.Completed;
            if (!Flow.IsReliable) _again.Set(_interval, Repeat);
            _end.Set(SipTimers.Patience, Terminate);
        }
    }

    /// <summary>The request came again.</summary>
    public void TakeAgain()
    {
        if (_stage is Stage.Proceeding or Stage.Completed && _last is not null) _owner.SendBack(this, _last);
    }

    /// <summary>An ACK with this transaction's branch came.</summary>
    /// <returns>Whether it is this transaction's; one of a success is the call's.</returns>
    public bool TakeAck()
    {
        if (_stage == Stage.Accepted) return false;
        if (_stage != Stage.Completed) return true;
        _stage = Stage.Confirmed;
        _again.Clear();
        if (Flow.IsReliable) Terminate();
        else _end.Set(SipTimers.T4, Terminate);
        return true;
    }

    /// <summary>Forgets it.</summary>
    public void Terminate()
    {
        _stage = Stage.Terminated;
        _again.Clear();
        _end.Clear();
        _owner.Forget(this);
    }

    private void Repeat()
    {
        _owner.SendBack(this, _last!);
        _interval = TimeSpan.FromTicks(Math.Min((2 * _interval).Ticks, SipTimers.T2.Ticks));
        _again.Set(_interval, Repeat);
    }
}
