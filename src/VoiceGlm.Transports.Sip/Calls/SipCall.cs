using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.Sip;

/// <summary>
/// One call: its dialog, what is negotiated in it, and its sound. Messages and times come to it under the gate of <see cref="SipTransactions"/>; what others ask of it takes
/// the gate by itself. Thread-safe.
/// </summary>
internal sealed partial class SipCall : ISipCall, IDisposable
{
    private enum Stage
    {
        /// <summary>There is no final answer yet.</summary>
        Early,

        /// <summary>It was answered, and the ACK is not there yet.</summary>
        Answered,

        /// <summary>Both sides know that it is there.</summary>
        Confirmed,

        /// <summary>It is over.</summary>
        Ended,
    }

    private const string Sdp = "application/sdp";

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly SipUserAgent _agent;
    private readonly SipMedia _media;
    private readonly SessionTimer _timer;
    private readonly SipAlarm _again;
    private readonly SipAlarm _patience;
    private readonly SipAlarm _watch;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DigestClient? _digest;
    private Stage _stage = Stage.Early;
    private TimeSpan _interval;
    private SipResponse? _answer;
    private SipServerTransaction? _awaitingAck;
    private bool _isChanging;
    private bool _knowsUpdate;

    private SipCall(SipUserAgent agent, SipFlow flow, DigestClient? digest)
    {
        _agent = agent;
        _digest = digest;
        SipTransactions transactions = agent.Transactions;
        _again = transactions.NewAlarm();
        _patience = transactions.NewAlarm();
        _watch = transactions.NewAlarm();
        _timer = new SessionTimer(transactions.NewAlarm(), Refresh, () => End("The other side gave no sign any more.", sendBye: true));
        _media = new SipMedia(
            agent.Options, agent.Codecs, transactions.Network.AddressFor(flow.Remote.Address), flow.Protocol == SipProtocol.Tls, transactions.Time, () => HangUp("The conversation has ended."));
    }

    /// <summary>Its dialog.</summary>
    public SipDialog Dialog { get; private set; } = null!;

    /// <summary>Whether this side placed it.</summary>
    public bool IsOutgoing { get; private init; }

    /// <summary>Whether both sides know that it is there.</summary>
    public bool IsConfirmed => _stage == Stage.Confirmed;

    /// <summary>Whether the other side holds it.</summary>
    public bool IsHeld => _media.IsHeld;

    /// <summary>Its sound; null before anything is agreed on.</summary>
    public SipVoiceConnection? Connection => _media.Connection;

    /// <inheritdoc/>
    public string Remote => Dialog.Remote.Uri.ToString();

    /// <inheritdoc/>
    public Task<string> Ended => _ended.Task;

    /// <summary>Ends it, whatever it is doing.</summary>
    public void HangUp(string reason)
    {
        lock (_agent.Transactions.Gate)
        {
            if (_stage == Stage.Ended) return;
            if (_stage == Stage.Early && IsOutgoing) Abandon(reason);
            else if (_stage == Stage.Early) Refuse(480, reason);
            else End(reason, sendBye: true);
        }
    }

    /// <inheritdoc/>
    public void HangUp() => HangUp("The conversation has ended.");

    /// <inheritdoc/>
    public void Dispose() => HangUp("The service is stopping.");

    /// <summary>Takes a request of its dialog.</summary>
    public void Take(SipServerTransaction transaction)
    {
        SipRequest request = transaction.Request;
        if (!Dialog.TryTake(request))
        {
            transaction.Respond(500);
            return;
        }

        switch (request.Method)
        {
            case SipMethods.Bye:
                transaction.Respond(200);
                TakeBye();
                break;
            case SipMethods.Invite or SipMethods.Update:
                TakeChange(transaction);
                break;
            case SipMethods.Prack:
                TakePrack(transaction);
                break;
            case SipMethods.Info:
                TakeInfo(transaction);
                break;
            case SipMethods.Notify:
                TakeNotify(transaction);
                break;
            case SipMethods.Refer:
                // Nobody sends the service elsewhere.
                transaction.Respond(603);
                break;
            default:
                transaction.Respond(SipUserAgent.Describe(transaction.Answer(200)));
                break;
        }
    }

    /// <inheritdoc/>
    /// <remarks>As packets where both know them (RFC 4733), else by INFO.</remarks>
    public void SendKeys(string keys)
    {
        foreach (char key in keys) TelephoneEvent.CodeOf(key);
        lock (_agent.Transactions.Gate)
        {
            if (_stage != Stage.Confirmed) throw new SipCallException("Expected a call that is answered.");
            if (_media.Agreement?.SendEvent is not null)
            {
                Connection!.Send(keys);
                return;
            }

            foreach (char key in keys)
            {
                SipRequest info = Dialog.Request(SipMethods.Info);
                info.SetBody("application/dtmf-relay", $"Signal={key}\r\nDuration=100\r\n");
                Send(info, static _ => { });
            }
        }
    }

    // Sends a request in the dialog, again where it is challenged. A side that knows the call no more ends it.
    private void Send(SipRequest request, Action<SipResponse> answered) =>
        _agent.Transactions.Send(request, Dialog.Flow, response =>
        {
            if (response.Status is 401 or 407 && _digest?.TryAuthorize(request, response, out SipRequest? authorized) == true)
            {
                Dialog.Advance(authorized.CSeq.Number);
                Send(authorized, answered);
                return;
            }

            answered(response);
            if (response.Status is 481 or 408 && _stage is Stage.Answered or Stage.Confirmed) End($"The other side answered {response.Status} {response.Reason}.", sendBye: response.Status == 408);
        });

    private void Confirm()
    {
        if (_stage is Stage.Confirmed or Stage.Ended) return;
        _stage = Stage.Confirmed;
        _again.Clear();
        _patience.Clear();
        _watch.Set(s_look, Watch);
        _agent.Confirm(this);
    }

    // A telephone that lost its network says nothing: its sound stops.
    private void Watch()
    {
        if (_media.Silence >= _agent.Options.MediaTimeout) End("No sound came any more.", sendBye: true);
        else _watch.Set(s_look, Watch);
    }

    private void TakeInfo(SipServerTransaction transaction)
    {
        SipRequest request = transaction.Request;
        if (SipKeys.Read(request.ContentType, request.Text) is { } key)
        {
            transaction.Respond(200);
            Connection?.Press(key);
        }
        else
        {
            transaction.Respond(request.Body.IsEmpty ? 200 : 415);
        }
    }

    private void TakeBye()
    {
        if (_stage == Stage.Early && !IsOutgoing) _invite!.Respond(487);
        End("The other side hung up.", sendBye: false);
    }

    private void End(string reason, bool sendBye)
    {
        if (_stage == Stage.Ended) return;
        bool isKnown = _stage is Stage.Answered or Stage.Confirmed;
        _stage = Stage.Ended;
        _again.Clear();
        _patience.Clear();
        _watch.Clear();
        _timer.Dispose();
        if (sendBye && isKnown) Send(Dialog.Request(SipMethods.Bye), static _ => { });
        EndTransfer(reason);
        _media.Dispose();
        _agent.Forget(this);
        _ended.TrySetResult(reason);
    }
}
