using System.Globalization;
using System.Security.Cryptography;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.Sip;

/// <content>A call that the other side places: rings, waits where the telephone wants its ringing acknowledged, answers, and waits for the ACK.</content>
internal sealed partial class SipCall
{
    private SipServerTransaction? _invite;
    private SipResponse? _ringing;
    private int _ringingNumber;
    private string? _offered;

    /// <summary>Begins a call that the other side places.</summary>
    /// <param name="agent">Whose it is.</param>
    /// <param name="invite">The INVITE, with no body or a description.</param>
    /// <returns>The call, or <see langword="null"/> where it was refused.</returns>
    public static SipCall? Accept(SipUserAgent agent, SipServerTransaction invite)
    {
        SipRequest request = invite.Request;
        if (SessionTimer.IsTooShort(request))
        {
            SipResponse tooShort = invite.Answer(422);
            tooShort.Headers.Add("Min-SE", SessionTimer.Minimum.ToString(CultureInfo.InvariantCulture));
            invite.Respond(tooShort);
            return null;
        }

        SipCall call;
        try
        {
            call = new SipCall(agent, invite.Flow, null) { _invite = invite };
        }
        catch (InvalidOperationException)
        {
            SipUserAgent.RefuseForNow(invite);
            return null;
        }

        call.Dialog = SipDialog.Begun(agent.Transactions.Network, request, invite.Flow, invite.ToTag);
        call._knowsUpdate = request.Headers.Lists("Allow", SipMethods.Update);
        if (!call.TryAnswerOffer(request))
        {
            call._media.Dispose();
            return null;
        }

        invite.Cancelled = () => call.Refuse(487, "The other side cancelled the call.");
        return call;
    }

    /// <summary>Rings, and answers after a while.</summary>
    public void Ring()
    {
        SipResponse ringing = SipUserAgent.Describe(_invite!.Answer(180));
        ringing.Headers.CopyFrom(_invite.Request.Headers, "Record-Route");
        ringing.Headers.Add("Contact", SipDialog.Contact(_agent.Transactions.Network, _invite.Flow, Dialog.Local.Uri.User));
        if (_invite.Request.Headers.Lists("Require", "100rel"))
        {
            _ringingNumber = RandomNumberGenerator.GetInt32(1, int.MaxValue);
            ringing.Headers.Add("Require", "100rel");
            ringing.Headers.Add("RSeq", _ringingNumber.ToString(CultureInfo.InvariantCulture));
            _ringing = ringing;
            Repeat(() => _invite.Respond(ringing));
            _patience.Set(SipTimers.Patience, () => Refuse(504, "The ringing was not acknowledged."));
        }

        _invite.Respond(ringing);
        if (_ringing is null) AnswerLater();
    }

    /// <summary>Refuses the call, before it is answered.</summary>
    public void Refuse(int status, string reason)
    {
        if (_stage != Stage.Early) return;
        _invite!.Respond(status);
        End(reason, sendBye: false);
    }

    /// <summary>Takes the ACK of an answer, of the first or of a later INVITE.</summary>
    public void TakeAck(SipRequest ack)
    {
        if (_awaitingAck is not { } invite || ack.CSeq.Number != invite.Request.CSeq.Number) return;
        _awaitingAck = null;
        _again.Clear();
        _patience.Clear();
        try
        {
            if (_media.IsOffering && ack.ContentType == Sdp) _media.Complete(ack.Text);
        }
        catch (SdpException exception)
        {
            End(exception.Message, sendBye: true);
            return;
        }

        if (_media.Agreement is null) End("Expected a session description in the ACK, found none.", sendBye: true);
        else Confirm();
    }

    private bool TryAnswerOffer(SipRequest request)
    {
        try
        {
            _offered = request.Body.IsEmpty ? _media.Offer() : _media.Answer(request.Text);
            return true;
        }
        catch (SdpException exception)
        {
            RefuseOffer(_invite!, exception);
            return false;
        }
    }

    private static void RefuseOffer(SipServerTransaction transaction, SdpException exception)
    {
        SipResponse response = transaction.Answer(488);
        response.Headers.Add("Warning", $"399 voiceglm {SipGrammar.Quote(exception.Message.ReplaceLineEndings(" "))}");
        transaction.Respond(response);
    }

    private void AnswerLater()
    {
        if (_agent.Options.RingFor == TimeSpan.Zero) Answer();
        else _patience.Set(_agent.Options.RingFor, Answer);
    }

    private void Answer()
    {
        if (_stage != Stage.Early) return;
        _stage = Stage.Answered;
        SipResponse answer = Success(_invite!);
        answer.SetBody(Sdp, _offered!);
        SendUntilAck(_invite!, answer);
    }

    // RFC 3262 §3: what is acknowledged is not sent again.
    private void TakePrack(SipServerTransaction transaction)
    {
        string[] words = (transaction.Request.Headers["RAck"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (_ringing is null || words.Length != 3 || words[0] != _ringingNumber.ToString(CultureInfo.InvariantCulture) || words[1] != _invite!.Request.CSeq.Number.ToString(CultureInfo.InvariantCulture))
        {
            transaction.Respond(481);
            return;
        }

        transaction.Respond(200);
        _ringing = null;
        _again.Clear();
        _patience.Clear();
        AnswerLater();
    }

    // The success of an INVITE or UPDATE, without a body.
    private SipResponse Success(SipServerTransaction transaction)
    {
        SipResponse answer = SipUserAgent.Describe(transaction.Answer(200));
        answer.Headers.CopyFrom(transaction.Request.Headers, "Record-Route");
        answer.Headers.Add("Contact", SipDialog.Contact(_agent.Transactions.Network, transaction.Flow, Dialog.Local.Uri.User));
        _timer.Agree(transaction.Request, answer, (int)_agent.Options.SessionInterval.TotalSeconds);
        return answer;
    }

    // §13.3.1.4: over any transport, as the ACK goes from end to end.
    private void SendUntilAck(SipServerTransaction invite, SipResponse answer)
    {
        _awaitingAck = invite;
        _answer = answer;
        byte[] bytes = answer.ToBytes();
        Repeat(() => _agent.Transactions.SendBack(invite, bytes));
        _patience.Set(SipTimers.Patience, () => End("The answer was not acknowledged.", sendBye: true));
        invite.Respond(answer);
    }

    private void Repeat(Action send)
    {
        _interval = SipTimers.T1;
        _again.Set(_interval, Again);

        void Again()
        {
            send();
            _interval = TimeSpan.FromTicks(Math.Min((2 * _interval).Ticks, SipTimers.T2.Ticks));
            _again.Set(_interval, Again);
        }
    }
}
