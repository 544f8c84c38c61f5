namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>kamailio between the service and baresip.</summary>
[Collection("Peers")]
public sealed class KamailioTests : PatientTests
{
    [Theory]
    [InlineData(false, "MD5")]
    [InlineData(false, "SHA-256")]
    [InlineData(true, "MD5")]
    public async Task Service_is_registered_called_and_calls(bool isSecure, string algorithm)
    {
        Kamailio.Require();
        Baresip.Require();
        await using Kamailio pbx = await Kamailio.StartAsync(algorithm);
        await using TestTelephone telephone = await TestTelephone.StartAsync(options => Configure(options, pbx, isSecure));
        await RegisteredAsync(telephone);

        // baresip knows MD5 only.
        if (algorithm != "MD5") return;
        await using Baresip alice = await Baresip.StartAsync(account: $";auth_user=alice;auth_pass=\"{Kamailio.Password}\"", address: $"sip:alice@127.0.0.1:{pbx.UdpPort}");
        await UntilAsync(() => alice.Said().Contains("1 binding", StringComparison.Ordinal), alice.Said);

        await alice.DoAsync("dial", $"sip:bot@127.0.0.1:{pbx.UdpPort}");
        IVoiceConnection taken = await telephone.NextCallAsync(Cancel);
        await alice.ExpectAsync("CALL_ESTABLISHED");
        await Task.WhenAll(taken.SayAsync(new TurnId(1), 440, TimeSpan.FromSeconds(0.5), Cancel), taken.HearAsync(Baresip.Voice, TimeSpan.FromSeconds(0.5), Cancel));
        ISipCall line = telephone.Calls.Find(taken)!;
        await alice.DoAsync("hangup");
        Assert.Equal("The other side hung up.", await line.Ended.WaitAsync(Cancel));

        Task<ISipCall> calling = telephone.Calls.CallAsync("alice", Cancel);
        await alice.ExpectAsync("CALL_INCOMING");
        await alice.DoAsync("accept");
        ISipCall placed = await calling;
        IVoiceConnection call = await telephone.NextCallAsync(Cancel);
        await call.HearAsync(Baresip.Voice, TimeSpan.FromSeconds(0.5), Cancel);
        placed.HangUp();
        await alice.ExpectAsync("CALL_CLOSED");
    }

    [Fact]
    public async Task Next_server_is_tried_where_the_first_does_not_answer()
    {
        Kamailio.Require();
        await using Kamailio pbx = await Kamailio.StartAsync();
        await using TestTelephone telephone = await TestTelephone.StartAsync(options =>
        {
            Configure(options, pbx, isSecure: false);
            options.Accounts[0].Servers = ["sip:127.0.0.1:9;transport=tcp", .. options.Accounts[0].Servers];
        });
        await RegisteredAsync(telephone);
    }

    [Fact]
    public async Task Wrong_password_is_told_and_tried_no_more_than_now_and_then()
    {
        Kamailio.Require();
        await using Kamailio pbx = await Kamailio.StartAsync();
        await using TestTelephone telephone = await TestTelephone.StartAsync(options =>
        {
            Configure(options, pbx, isSecure: false);
            options.Accounts[0].Password = "wrong";
        });
        await UntilAsync(() => telephone.Journal().Contains("401", StringComparison.Ordinal), telephone.Journal);
        Assert.False(telephone.Sip.Accounts[0].IsReachable);
        Assert.DoesNotContain("wrong", telephone.Journal(), StringComparison.Ordinal);
    }

    private static void Configure(SipVoiceOptions options, Kamailio pbx, bool isSecure)
    {
        options.Accounts.Add(new SipAccountOptions
        {
            Address = "sip:bot@127.0.0.1",
            Password = Kamailio.Password,
            Servers = [isSecure ? $"sip:127.0.0.1:{pbx.TlsPort};transport=tls" : $"sip:127.0.0.1:{pbx.UdpPort}"],
        });
        options.OutboundPatterns = ["alice"];
        options.Srtp = SrtpPolicy.Off;
        if (!isSecure) return;
        options.TlsPort = 0;
        options.Certificate = options.TrustedCertificates = pbx.Certificates.Certificate;
        options.CertificateKey = pbx.Certificates.Key;
    }

    private Task RegisteredAsync(TestTelephone telephone) => UntilAsync(() => telephone.Sip.Accounts[0].IsReachable, telephone.Journal);
}
