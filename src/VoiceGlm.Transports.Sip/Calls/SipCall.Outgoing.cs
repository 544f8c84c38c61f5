using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.Sip;

/// <content>A call that this side places.</content>
internal sealed partial class SipCall
{
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SipClientTransaction? _inviting;
    private int _inviteNumber;
    private byte[]? _ack;
    private long _acknowledgedRinging = -1;
    private string? _abandoned;

    /// <summary>Places a call; under the gate.</summary>
    /// <param name="agent">Whose it is.</param>
    /// <param name="flow">Where the INVITE goes.</param>
    /// <param name="local">Who calls.</param>
    /// <param name="target">Who is called.</param>
    /// <param name="digest">Convinces whoever asks.</param>
    /// <exception cref="InvalidOperationException">No ports are free.</exception>
    public static SipCall Place(SipUserAgent agent, SipFlow flow, SipAddress local, SipUri target, DigestClient? digest)
    {
        var call = new SipCall(agent, flow, digest)
        {
            IsOutgoing = true,
            Dialog = SipDialog.Begin(agent.Transactions.Network, flow, local.WithTag(SipResponse.NewTag()), new SipAddress(target), target),
        };
        SipRequest invite = SipUserAgent.Describe(call.Dialog.Request(SipMethods.Invite));
        call._timer.Ask(invite, (int)agent.Options.SessionInterval.TotalSeconds);
        invite.SetBody(Sdp, call._media.Offer());
        call.Invite(invite);
        call._patience.Set(agent.Options.AnswerTimeout, () => call.Abandon("Nobody answered."));
        return call;
    }

    /// <summary>Completes when the other side answers; fails with a <see cref="SipCallException"/> that says why it does not.</summary>
    public Task Answered => _answered.Task;

    private void Invite(SipRequest invite)
    {
        _inviteNumber = invite.CSeq.Number;
        Dialog.Advance(_inviteNumber);
        _inviting = _agent.Transactions.Send(invite, Dialog.Flow, response => TakeAnswer(invite, response));
    }

    // Gives up before there is an answer.
    private void Abandon(string reason)
    {
        _abandoned = reason;
        _inviting!.Cancel();
    }

    private void TakeAnswer(SipRequest invite, SipResponse response)
    {
        if (invite.CSeq.Number != _inviteNumber) return;
        if (response.IsSuccess) TakeSuccess(response);
        else if (_stage != Stage.Early) return;
        else if (response.IsProvisional) TakeRinging(response);
        else if (_abandoned is null && response.Status is 401 or 407 && _digest?.TryAuthorize(invite, response, out SipRequest? authorized) == true) Invite(authorized);
        else if (_abandoned is null && response.Status == 422 && response.Headers.Number("Min-SE") is { } least && least > (int)_agent.Options.SessionInterval.TotalSeconds) InviteForLonger(invite, least);
        else Fail(_abandoned ?? $"The other side answered {response.Status} {response.Reason}.");
    }

    private void InviteForLonger(SipRequest invite, int least)
    {
        SipRequest again = SipUserAgent.Describe(Dialog.Request(SipMethods.Invite));
        _timer.Ask(again, least);
        again.SetBody(Sdp, invite.Text);
        Invite(again);
    }

    private void TakeRinging(SipResponse response)
    {
        if (response.Status == 100 || response.To.Tag is null) return;
        _agent.Learn(this, () => Dialog.Take(response));
        try
        {
            // Sound before the answer, such as a recorded voice that says why there is none.
            if (response.ContentType == Sdp && _media.IsOffering) _media.Complete(response.Text, isFinal: false);
        }
        catch (SdpException)
        {
            // The answer will tell.
        }

        if (!response.Headers.Lists("Require", "100rel") || response.Headers.Number("RSeq") is not { } number || number == _acknowledgedRinging) return;
        _acknowledgedRinging = number;
        SipRequest prack = Dialog.Request(SipMethods.Prack);
        prack.Headers.Add("RAck", $"{number} {response.CSeq}");
        Send(prack, static _ => { });
    }

    private void TakeSuccess(SipResponse response)
    {
        if (_stage is Stage.Ended || (_stage == Stage.Confirmed && response.To.Tag != Dialog.Remote.Tag))
        {
            // A second telephone answered, or this side has given up: it is told so, in a dialog of its own.
            DeclineSecond(response);
            return;
        }

        if (_stage == Stage.Confirmed)
        {
            Dialog.Flow.TrySend(_ack!);
            return;
        }

        _agent.Learn(this, () => Dialog.Take(response));
        _knowsUpdate = response.Headers.Lists("Allow", SipMethods.Update);
        _ack = _agent.Transactions.SendAck(Dialog.Request(SipMethods.Ack, _inviteNumber), Dialog.Flow);
        _stage = Stage.Answered;
        if (_abandoned is { } reason)
        {
            _answered.TrySetException(new SipCallException(reason));
            End(reason, sendBye: true);
            return;
        }

        _timer.Take(response);
        // A description that was acknowledged while it rang need not come again (RFC 3262 §5).
        if (response.Body.IsEmpty && _media.Agreement is not null)
        {
            _media.Withdraw();
        }
        else if (!TryComplete(response))
        {
            _answered.TrySetException(new SipCallException("The answer does not fit what was offered."));
            return;
        }

        Confirm();
        _answered.TrySetResult();
    }

    private void DeclineSecond(SipResponse response)
    {
        SipDialog other = SipDialog.Begin(_agent.Transactions.Network, Dialog.Flow, Dialog.Local, response.To, Dialog.Target);
        other.Take(response);
        SipRequest ack = other.Request(SipMethods.Ack, _inviteNumber), bye = other.Request(SipMethods.Bye, _inviteNumber + 1);
        ack.Headers["Call-ID"] = bye.Headers["Call-ID"] = Dialog.CallId;
        _agent.Transactions.SendAck(ack, other.Flow);
        _agent.Transactions.Send(bye, other.Flow, static _ => { });
    }

    private void Fail(string reason)
    {
        _answered.TrySetException(new SipCallException(reason));
        End(reason, sendBye: false);
    }
}
