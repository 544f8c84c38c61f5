namespace VoiceGlm.Transports.Sip;

/// <content>Transfers: the other side is asked to speak with somebody else (REFER, RFC 3515), and the call goes on where that fails.</content>
internal sealed partial class SipCall
{
    private static readonly TimeSpan s_transferTimeout = TimeSpan.FromMinutes(1);

    private TaskCompletionSource<TransferResult>? _transfer;
    private int _transferStatus;

    /// <inheritdoc/>
    public Task<TransferResult> TransferAsync(string target, CancellationToken cancellationToken) => ReferAsync(new SipAddress(_agent.Target(target, Dialog.Remote.Uri)), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>RFC 3891: the other side takes this side's place in the other call.</remarks>
    public Task<TransferResult> TransferAsync(ISipCall other, CancellationToken cancellationToken)
    {
        SipUri target;
        lock (_agent.Transactions.Gate)
        {
            if (other is not SipCall { _stage: Stage.Confirmed } call) throw new SipCallException("Expected another call that is answered.");
            SipDialog dialog = call.Dialog;
            string replaces = Uri.EscapeDataString($"{dialog.CallId};to-tag={dialog.Remote.Tag};from-tag={dialog.Local.Tag}");
            target = dialog.Target with { Headers = $"Replaces={replaces}" };
        }

        return ReferAsync(new SipAddress(target), cancellationToken);
    }

    private Task<TransferResult> ReferAsync(SipAddress to, CancellationToken cancellationToken)
    {
        lock (_agent.Transactions.Gate)
        {
            if (_stage != Stage.Confirmed || _transfer is not null) throw new SipCallException("Expected a call that is answered and not handed over already.");
            var transfer = _transfer = new TaskCompletionSource<TransferResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            _transferStatus = 0;
            SipRequest refer = SipUserAgent.Describe(Dialog.Request(SipMethods.Refer));
            refer.Headers.Add("Refer-To", to.ToString());
            refer.Headers.Add("Referred-By", new SipAddress(Dialog.Local.Uri).ToString());
            refer.Headers.Add("Event", "refer");
            SipAlarm timeout = _agent.Transactions.NewAlarm();
            timeout.Set(s_transferTimeout, () => EndTransfer(new TransferResult(false, _transferStatus, "Nothing more was told of the transfer.")));
            _ = transfer.Task.ContinueWith(_ => timeout.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            Send(refer, response =>
            {
                if (response.Status >= 300) EndTransfer(new TransferResult(false, response.Status, $"The other side answered {response.Status} {response.Reason}."));
            });
            return transfer.Task.WaitAsync(cancellationToken);
        }
    }

    // RFC 3515 §2.4.4: the body is the beginning of the answer that the other side got.
    private void TakeNotify(SipServerTransaction transaction)
    {
        SipRequest request = transaction.Request;
        string package = (request.Headers["Event"] ?? "").Split(';', 2)[0].Trim();
        if (!package.Equals("refer", StringComparison.OrdinalIgnoreCase))
        {
            transaction.Respond(489);
            return;
        }

        transaction.Respond(200);
        if (_transfer is null || request.ContentType != "message/sipfrag") return;
        string[] words = request.Text.Split('\n', 2)[0].Trim().Split(' ', 3);
        if (words.Length < 2 || words[0] != SipMessage.Version || !int.TryParse(words[1], out int status) || status is < 100 or > 699) return;
        _transferStatus = status;
        string told = words.Length == 3 ? words[2] : "";
        if (status is >= 200 and < 300)
        {
            EndTransfer(new TransferResult(true, status, "The other side speaks with somebody else now."));
            End("The call was handed over.", sendBye: true);
        }
        else if (status >= 300)
        {
            EndTransfer(new TransferResult(false, status, $"Whom it was for answered {status} {told}."));
        }
    }

    // Many telephones hang up as soon as they go, and tell nothing.
    private void EndTransfer(string reason) => EndTransfer(new TransferResult(_transferStatus < 300, _transferStatus, reason));

    private void EndTransfer(TransferResult result)
    {
        TaskCompletionSource<TransferResult>? transfer = _transfer;
        _transfer = null;
        transfer?.TrySetResult(result);
    }
}
