using System.Globalization;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.Sip;

/// <content>What changes while a call lasts: holds, other sound, signs of life (RFC 3261 §14, RFC 3311, RFC 4028).</content>
internal sealed partial class SipCall
{
    private static readonly TimeSpan s_retryLeast = TimeSpan.FromSeconds(2.1);

    /// <inheritdoc/>
    public Task HoldAsync(bool isHeld, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_agent.Transactions.Gate)
        {
            if (_stage != Stage.Confirmed || _isChanging || _awaitingAck is not null) throw new SipCallException("Expected a call that is answered and does not change already.");
            MediaDirection before = _media.Direction;
            _media.Direction = isHeld ? MediaDirection.SendOnly : MediaDirection.SendReceive;
            Reinvite(response =>
            {
                if (response.IsSuccess)
                {
                    done.TrySetResult();
                    return;
                }

                _media.Direction = before;
                done.TrySetException(new SipCallException($"The other side answered {response.Status} {response.Reason}."));
            });
        }

        return done.Task.WaitAsync(cancellationToken);
    }

    private void TakeChange(SipServerTransaction transaction)
    {
        SipRequest request = transaction.Request;
        bool isInvite = request.Method == SipMethods.Invite;
        if (_isChanging || _media.IsOffering)
        {
            transaction.Respond(491);
            return;
        }

        if (isInvite && (_awaitingAck is not null || _stage == Stage.Early))
        {
            SipResponse later = transaction.Answer(500);
            later.Headers.Add("Retry-After", "2");
            transaction.Respond(later);
            return;
        }

        if (SessionTimer.IsTooShort(request))
        {
            SipResponse tooShort = transaction.Answer(422);
            tooShort.Headers.Add("Min-SE", SessionTimer.Minimum.ToString(CultureInfo.InvariantCulture));
            transaction.Respond(tooShort);
            return;
        }

        if (!request.Body.IsEmpty && request.ContentType != Sdp)
        {
            SipUserAgent.RefuseType(transaction);
            return;
        }

        try
        {
            // A delayed offer is this side's; an UPDATE without one is a sign of life only.
            string? description = !request.Body.IsEmpty ? _media.Answer(request.Text) : isInvite ? _media.Offer() : null;
            Dialog.TakeTarget(request);
            SipResponse answer = Success(transaction);
            if (description is not null) answer.SetBody(Sdp, description);
            if (isInvite) SendUntilAck(transaction, answer);
            else transaction.Respond(answer);
        }
        catch (SdpException exception)
        {
            // What was agreed on before holds (§14.2).
            RefuseOffer(transaction, exception);
        }
    }

    // Gives the sign of life: shortly where the other side knows UPDATE.
    private void Refresh()
    {
        if (_stage != Stage.Confirmed) return;
        if (_isChanging || _awaitingAck is not null)
        {
            _patience.Set(s_retryLeast, Refresh);
            return;
        }

        if (!_knowsUpdate)
        {
            Reinvite(RefreshAnswered);
            return;
        }

        SipRequest update = SipUserAgent.Describe(Dialog.Request(SipMethods.Update));
        _timer.Ask(update, _timer.Interval);
        Send(update, RefreshAnswered);
    }

    private void RefreshAnswered(SipResponse response)
    {
        if (_stage != Stage.Confirmed || response.IsProvisional) return;
        if (response.IsSuccess) _timer.Take(response);
        else if (response.Status == 491) _patience.Set(s_retryLeast, Refresh);
        else if (response.Status is 405 or 501 && _knowsUpdate) RefreshByInvite();
        else if (response.Status is not (408 or 481)) End($"The other side refused to go on: {response.Status} {response.Reason}.", sendBye: true);
    }

    private void RefreshByInvite()
    {
        _knowsUpdate = false;
        Refresh();
    }

    // Offers what this side wants now, and holds to what was agreed on before where that is refused.
    private void Reinvite(Action<SipResponse> done)
    {
        _isChanging = true;
        SipRequest invite = SipUserAgent.Describe(Dialog.Request(SipMethods.Invite));
        if (_timer.Interval > 0) _timer.Ask(invite, _timer.Interval);
        invite.SetBody(Sdp, _media.Offer());
        int number = invite.CSeq.Number;
        bool isAnswered = false;
        byte[]? ack = null;
        Send(invite, response =>
        {
            if (response.IsProvisional) return;
            number = response.CSeq.Number;
            if (response.IsSuccess)
            {
                // The ACK is sent for each success that comes.
                if (ack is null) ack = _agent.Transactions.SendAck(Dialog.Request(SipMethods.Ack, number), Dialog.Flow);
                else Dialog.Flow.TrySend(ack);
            }

            if (isAnswered || _stage == Stage.Ended) return;
            isAnswered = true;
            _isChanging = false;
            if (response.IsSuccess && TryComplete(response)) Dialog.TakeTarget(response);
            else _media.Withdraw();
            if (_stage != Stage.Ended) done(response);
        });
    }

    private bool TryComplete(SipResponse response)
    {
        try
        {
            _media.Complete(response.Text);
            return true;
        }
        catch (SdpException exception)
        {
            End(exception.Message, sendBye: true);
            return false;
        }
    }
}
