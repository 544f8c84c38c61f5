namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>RFC 3261 §17.1, second by second.</summary>
public sealed class SipClientTransactionTests
{
    [Fact]
    public async Task Invite_is_sent_again_at_doubling_times_and_given_up_after_32_seconds()
    {
        await using var signalling = new Signalling();
        List<SipResponse> answers = Send(signalling, "INVITE", out _);
        double[] times = [0.5, 1, 2, 4, 8, 16];
        for (int i = 0; i < times.Length; i++)
        {
            signalling.Advance(times[i] - 0.01);
            Assert.Equal(i + 1, signalling.Flow.Sent.Count);
            signalling.Advance(0.01);
            Assert.Equal(i + 2, signalling.Flow.Sent.Count);
        }

        Assert.Empty(answers);
        signalling.Advance(0.5);
        Assert.Equal(408, Assert.Single(answers).Status);
        Assert.Equal(0, signalling.Transactions.ClientCount);
        Assert.Single(signalling.Flow.Sent.Distinct());
    }

    [Fact]
    public async Task Request_that_is_no_invite_is_sent_again_at_most_every_4_seconds()
    {
        await using var signalling = new Signalling();
        List<SipResponse> answers = Send(signalling, "OPTIONS", out _);
        // 0.5, 1.5, 3.5, then every 4 s until 31.5.
        signalling.Advance(0.5);
        signalling.Advance(1);
        signalling.Advance(2);
        Assert.Equal(4, signalling.Flow.Sent.Count);
        for (int i = 0; i < 7; i++) signalling.Advance(4);
        Assert.Equal(11, signalling.Flow.Sent.Count);
        signalling.Advance(0.5);
        Assert.Equal(408, Assert.Single(answers).Status);
    }

    [Fact]
    public async Task Reliable_flow_sends_once_and_waits_as_long()
    {
        await using var signalling = new Signalling(isReliable: true);
        List<SipResponse> answers = Send(signalling, "INVITE", out _);
        signalling.Advance(31.9);
        Assert.Single(signalling.Flow.Sent);
        Assert.Empty(answers);
        signalling.Advance(0.1);
        Assert.Equal(408, Assert.Single(answers).Status);
    }

    [Fact]
    public async Task Provisional_answer_ends_repetition_of_an_invite_and_its_time()
    {
        await using var signalling = new Signalling();
        List<SipResponse> answers = Send(signalling, "INVITE", out SipClientTransaction transaction);
        Answer(signalling, transaction, 180);
        signalling.Advance(300);
        Assert.Single(signalling.Flow.Sent);
        Assert.Equal(180, Assert.Single(answers).Status);
    }

    [Fact]
    public async Task Refused_invite_is_acknowledged_each_time_that_the_refusal_comes_and_told_once()
    {
        await using var signalling = new Signalling();
        List<SipResponse> answers = Send(signalling, "INVITE", out SipClientTransaction transaction);
        Answer(signalling, transaction, 486);
        Answer(signalling, transaction, 486);
        Assert.Equal(486, Assert.Single(answers).Status);
        string[] acks = [.. signalling.Flow.Sent.Where(static text => text.StartsWith("ACK ", StringComparison.Ordinal))];
        Assert.Equal(2, acks.Length);
        Assert.Contains(transaction.Request.Via.Branch!, acks[0], StringComparison.Ordinal);
        Assert.Contains("tag=far", acks[0], StringComparison.Ordinal);
        signalling.Advance(32);
        Assert.Equal(0, signalling.Transactions.ClientCount);
    }

    [Fact]
    public async Task Success_is_told_each_time_that_it_comes_and_left_for_the_call_to_acknowledge()
    {
        await using var signalling = new Signalling();
        List<SipResponse> answers = Send(signalling, "INVITE", out SipClientTransaction transaction);
        Answer(signalling, transaction, 200);
        Answer(signalling, transaction, 200);
        Assert.Equal(2, answers.Count);
        Assert.Single(signalling.Flow.Sent);
        signalling.Advance(32);
        Answer(signalling, transaction, 200);
        Assert.Equal(2, answers.Count);
    }

    [Fact]
    public async Task Cancel_waits_for_a_sign_that_the_other_side_has_the_invite()
    {
        await using var signalling = new Signalling();
        List<SipResponse> answers = Send(signalling, "INVITE", out SipClientTransaction transaction);
        transaction.Cancel();
        Assert.DoesNotContain(signalling.Flow.Lines, static line => line.StartsWith("CANCEL", StringComparison.Ordinal));
        Answer(signalling, transaction, 100);
        string cancel = Assert.Single(signalling.Flow.Sent, static text => text.StartsWith("CANCEL ", StringComparison.Ordinal));
        Assert.Contains(transaction.Request.Via.Branch!, cancel, StringComparison.Ordinal);
        Answer(signalling, transaction, 487);
        Assert.Equal([100, 487], answers.Select(static answer => answer.Status));
    }

    [Fact]
    public async Task Cancelled_invite_whose_end_is_never_told_ends_by_itself()
    {
        await using var signalling = new Signalling();
        List<SipResponse> answers = Send(signalling, "INVITE", out SipClientTransaction transaction);
        Answer(signalling, transaction, 180);
        transaction.Cancel();
        signalling.Advance(32);
        Assert.Equal([180, 487], answers.Select(static answer => answer.Status));
    }

    [Fact]
    public async Task Way_that_cannot_be_used_or_is_lost_is_told_as_503()
    {
        await using var signalling = new Signalling(isReliable: true);
        List<SipResponse> lost = Send(signalling, "OPTIONS", out _);
        signalling.Transactions.Lose(signalling.Flow);
        Assert.Equal(503, Assert.Single(lost).Status);
        signalling.Flow.IsBroken = true;
        List<SipResponse> unusable = Send(signalling, "OPTIONS", out _);
        signalling.Advance(0.001);
        Assert.Equal(503, Assert.Single(unusable).Status);
    }

    [Fact]
    public async Task Answer_to_nothing_that_was_asked_is_dropped()
    {
        await using var signalling = new Signalling();
        List<SipResponse> answers = Send(signalling, "OPTIONS", out SipClientTransaction transaction);
        signalling.Receive(Response(transaction, 200).Replace("z9hG4bK", "z9hG4bKx", StringComparison.Ordinal));
        signalling.Receive(Response(transaction, 200).Replace(" OPTIONS", " INVITE", StringComparison.Ordinal));
        Assert.Empty(answers);
    }

    private static List<SipResponse> Send(Signalling signalling, string method, out SipClientTransaction transaction)
    {
        var request = new SipRequest(method, SipUri.Parse("sip:bob@192.0.2.1"));
        request.Headers.Add("From", "<sip:alice@example.com>;tag=near");
        request.Headers.Add("To", "<sip:bob@example.com>");
        request.Headers.Add("Call-ID", "1@example.com");
        request.Headers.Add("CSeq", $"1 {method}");
        List<SipResponse> answers = [];
        transaction = signalling.Transactions.Send(request, signalling.Flow, answers.Add);
        return answers;
    }

    private static void Answer(Signalling signalling, SipClientTransaction transaction, int status) => signalling.Receive(Response(transaction, status));

    private static string Response(SipClientTransaction transaction, int status) => System.Text.Encoding.UTF8.GetString(SipResponse.Of(transaction.Request, status, "far").ToBytes());
}
