namespace VoiceGlm.Transports.Sip;

/// <summary>
/// A request of this side and the answers to it (RFC 3261 §17.1, RFC 6026): sends again until there is an answer, acknowledges a final one that is no success.
/// A time that runs out is told as 408, a way that cannot be used as 503 (§8.1.3.1). Everything runs under the gate.
/// </summary>
internal sealed class SipClientTransaction
{
    private enum Stage
    {
        Calling,
        Proceeding,
        Completed,
        Accepted,
        Terminated,
    }

    private readonly SipTransactions _owner;
    private readonly Action<SipResponse> _answered;
    private readonly byte[] _bytes;
    private readonly SipAlarm _again;
    private readonly SipAlarm _end;
    private Stage _stage = Stage.Calling;
    private TimeSpan _interval = SipTimers.T1;
    private byte[]? _ack;
    private bool _cancelWanted;

    /// <param name="owner">Whose it is.</param>
    /// <param name="request">The request, its Via included.</param>
    /// <param name="flow">Where it goes.</param>
    /// <param name="answered">Is told the answers.</param>
    public SipClientTransaction(SipTransactions owner, SipRequest request, SipFlow flow, Action<SipResponse> answered)
    {
        _owner = owner;
        _answered = answered;
        _bytes = request.ToBytes();
        _again = owner.NewAlarm();
        _end = owner.NewAlarm();
        Request = request;
        Flow = flow;
        Key = (request.Via.Branch!, request.Method);
    }

    /// <summary>The request.</summary>
    public SipRequest Request { get; }

    /// <summary>Where it goes.</summary>
    public SipFlow Flow { get; }

    /// <summary>What its answers are known by.</summary>
    public (string Branch, string Method) Key { get; }

    private bool IsInvite => Request.Method == SipMethods.Invite;

    /// <summary>Sends the request.</summary>
    public void Start()
    {
        if (!Flow.TrySend(_bytes))
        {
            // The caller has to know the transaction before it is told of its end.
            _end.Set(TimeSpan.Zero, Fail);
            return;
        }

        _end.Set(SipTimers.Patience, () => Finish(408));
        if (!Flow.IsReliable) _again.Set(_interval, Repeat);
    }

    /// <summary>Takes an answer.</summary>
    public void Take(SipResponse response)
    {
        switch (_stage)
        {
            case Stage.Calling or Stage.Proceeding when response.IsProvisional:
                Proceed(response);
                break;
            case Stage.Calling or Stage.Proceeding when IsInvite && response.IsSuccess:
                _stage = Stage.Accepted;
                _again.Clear();
                _end.Set(SipTimers.Patience, Terminate);
                _answered(response);
                break;
            case Stage.Calling or Stage.Proceeding:
                Complete(response);
                break;
            case Stage.Accepted when response.IsSuccess:
                // Again, as the ACK was lost, or from another telephone that rang, too.
                _answered(response);
                break;
            case Stage.Completed when IsInvite && response.Status >= 300:
                Flow.TrySend(_ack!);
                break;
        }
    }

    /// <summary>Asks the other side to give up an INVITE (§9.1): now, or when it shows that it has it.</summary>
    public void Cancel()
    {
        if (_stage == Stage.Calling) _cancelWanted = true;
        if (_stage != Stage.Proceeding) return;
        SipRequest cancel = Related(SipMethods.Cancel, Request.To.ToString());
        cancel.Headers.CopyFrom(Request.Headers, "Route");
        _owner.Send(cancel, Flow, static _ => { });
        // A side that answers the CANCEL and never the INVITE would be waited for by nobody.
        _end.Set(SipTimers.Patience, () => Finish(487));
    }

    /// <summary>Its way is lost.</summary>
    public void Fail() => Finish(503);

    /// <summary>Forgets it without a word.</summary>
    public void Terminate()
    {
        _stage = Stage.Terminated;
        _again.Clear();
        _end.Clear();
        _owner.Forget(this);
    }

    private void Proceed(SipResponse response)
    {
        bool isFirst = _stage == Stage.Calling;
        _stage = Stage.Proceeding;
        if (IsInvite)
        {
            // From here on people decide how long it takes; whoever called gives up.
            _again.Clear();
            if (isFirst) _end.Clear();
        }
        else
        {
            _interval = SipTimers.T2;
        }

        _answered(response);
        if (_cancelWanted && _stage == Stage.Proceeding)
        {
            _cancelWanted = false;
            Cancel();
        }
    }

    private void Complete(SipResponse response)
    {
        _stage = Stage.Completed;
        _again.Clear();
        if (IsInvite)
        {
            _ack = Related(SipMethods.Ack, response.Headers["To"]!).ToBytes();
            Flow.TrySend(_ack);
        }

        TimeSpan wait = Flow.IsReliable ? TimeSpan.Zero : IsInvite ? SipTimers.Patience : SipTimers.T4;
        if (wait == TimeSpan.Zero) Terminate();
        else _end.Set(wait, Terminate);
        _answered(response);
    }

    // ACK and CANCEL of a transaction have its Via, and so its branch (§17.1.1.3, §9.1).
    private SipRequest Related(string method, string to)
    {
        var request = new SipRequest(method, Request.Uri);
        request.Headers.Add("Via", Request.Via.ToString());
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.CopyFrom(Request.Headers, "From");
        request.Headers.Add("To", to);
        request.Headers.CopyFrom(Request.Headers, "Call-ID");
        request.Headers.Add("CSeq", new SipCSeq(Request.CSeq.Number, method).ToString());
        if (method == SipMethods.Ack) request.Headers.CopyFrom(Request.Headers, "Route");
        return request;
    }

    private void Repeat()
    {
        if (!Flow.TrySend(_bytes))
        {
            Fail();
            return;
        }

        _interval = IsInvite ? 2 * _interval : TimeSpan.FromTicks(Math.Min((2 * _interval).Ticks, SipTimers.T2.Ticks));
        _again.Set(_interval, Repeat);
    }

    private void Finish(int status)
    {
        if (_stage is not (Stage.Calling or Stage.Proceeding)) return;
        Terminate();
        _answered(SipResponse.Of(Request, status));
    }
}
