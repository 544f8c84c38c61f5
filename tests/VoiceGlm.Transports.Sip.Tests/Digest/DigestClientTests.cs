namespace VoiceGlm.Transports.Sip.Tests;

public sealed class DigestClientTests
{
    private const string Challenge = "Digest realm=\"pbx, inc\", nonce=\"n1\", qop=\"auth,auth-int\", opaque=\"o\"";

    // RFC 7616 §3.9.1.
    [Theory]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void Answer_is_that_of_the_rfc(string algorithm, string expected)
    {
        Assert.True(DigestChallenge.TryParse($"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"", out DigestChallenge? challenge));
        string credentials = new DigestClient("Mufasa", "Circle of Life").Credentials(challenge, "GET", "/dir/index.html", default, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        Assert.Contains($"response=\"{expected}\"", credentials, StringComparison.Ordinal);
        Assert.Contains("qop=auth, nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\"", credentials, StringComparison.Ordinal);
        Assert.Contains("opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"", credentials, StringComparison.Ordinal);
    }

    // RFC 2617 §3.5 without qop, as old registrars do it (RFC 2069).
    [Fact]
    public void Challenge_without_protection_is_answered_as_before_there_was_any()
    {
        Assert.True(DigestChallenge.TryParse("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"", out DigestChallenge? challenge));
        string credentials = new DigestClient("Mufasa", "CircleOfLife").Credentials(challenge, "GET", "/dir/index.html", default);
        Assert.Contains("response=\"1949323746fe6a43ef61f9606e7febea\"", credentials, StringComparison.Ordinal);
        Assert.DoesNotContain("nc=", credentials, StringComparison.Ordinal);
    }

    [Fact]
    public void Request_is_made_again_once_and_again_only_when_the_nonce_was_too_old()
    {
        var client = new DigestClient("bot", "secret");
        SipRequest first = Texts.Request(Texts.Invite);
        Assert.True(client.TryAuthorize(first, Refusal(first, Challenge), out SipRequest? second));
        Assert.Equal((2, null), (second.CSeq.Number, second.Headers["Via"]));
        Assert.Equal(first.Body.ToArray(), second.Body.ToArray());
        Assert.Single(second.Headers.All("Authorization"));
        second.Headers.Prepend("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2");
        Assert.False(client.TryAuthorize(second, Refusal(second, Challenge), out _));
        Assert.True(client.TryAuthorize(second, Refusal(second, Challenge.Replace("n1", "n2", StringComparison.Ordinal) + ", stale=TRUE"), out SipRequest? third));
        Assert.Contains("nonce=\"n2\"", Assert.Single(third.Headers.All("Authorization")), StringComparison.Ordinal);
    }

    [Fact]
    public void Strongest_of_several_challenges_is_answered_and_unknown_ones_are_left_out()
    {
        SipRequest request = Texts.Request(Texts.Invite);
        var client = new DigestClient("bot", "secret");
        Assert.True(client.TryAuthorize(request, Refusal(request, "Digest realm=\"a\", nonce=\"1\", algorithm=MD5", "Digest realm=\"a\", nonce=\"2\", algorithm=SHA-256", "Digest realm=\"a\", nonce=\"3\", algorithm=SHA-512-256", "Basic realm=\"a\""), out SipRequest? authorized));
        Assert.Contains("algorithm=SHA-256", Assert.Single(authorized.Headers.All("Authorization")), StringComparison.Ordinal);
        Assert.False(client.TryAuthorize(request, Refusal(request, "Digest realm=\"a\", nonce=\"3\", algorithm=SHA-512-256"), out _));
    }

    [Fact]
    public void Same_nonce_is_counted()
    {
        var client = new DigestClient("bot", "secret");
        Assert.True(DigestChallenge.TryParse(Challenge, out DigestChallenge? challenge));
        Assert.Contains("nc=00000001", client.Credentials(challenge, "REGISTER", "sip:a", default), StringComparison.Ordinal);
        Assert.Contains("nc=00000002", client.Credentials(challenge, "REGISTER", "sip:a", default), StringComparison.Ordinal);
    }

    [Fact]
    public void Proxys_challenge_is_answered_in_its_own_header()
    {
        SipRequest request = Texts.Request(Texts.Invite);
        SipResponse response = SipResponse.Of(request, 407);
        response.Headers.Add("Proxy-Authenticate", Challenge);
        Assert.True(new DigestClient("bot", "secret").TryAuthorize(request, response, out SipRequest? authorized));
        Assert.NotNull(authorized.Headers["Proxy-Authorization"]);
        Assert.Null(authorized.Headers["Authorization"]);
    }

    private static SipResponse Refusal(SipRequest request, params string[] challenges)
    {
        SipResponse response = SipResponse.Of(request, 401);
        foreach (string challenge in challenges) response.Headers.Add("WWW-Authenticate", challenge);
        return response;
    }
}
