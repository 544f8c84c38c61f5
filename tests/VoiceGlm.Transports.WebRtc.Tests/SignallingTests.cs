using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using VoiceGlm.CallTesting;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.WebRtc.Tests;

/// <summary>What is said over HTTP before, during and after a call.</summary>
public sealed partial class SignallingTests
{
    internal const string Offer = """
        v=0
        o=- 4611731400430051336 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0
        m=audio 9 UDP/TLS/RTP/SAVPF 9 0
        c=IN IP4 0.0.0.0
        a=ice-ufrag:Zq1r
        a=ice-pwd:pWd0123456789abcdefghijkl
        a=fingerprint:sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08
        a=setup:actpass
        a=mid:0
        a=sendrecv
        a=rtcp-mux
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000

        """;

    private const string Fragments = "application/trickle-ice-sdpfrag";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Offer_is_answered_under_an_address_that_ends_with_the_call()
    {
        await using CallServer server = await CallServer.StartAsync();
        using HttpResponseMessage answer = await PostAsync(server, Offer);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("application/sdp", answer.Content.Headers.ContentType?.MediaType);
        string sdp = await answer.Content.ReadAsStringAsync(Token);
        Assert.Contains("a=rtpmap:9 G722/8000", sdp, StringComparison.Ordinal);
        Assert.Contains("a=candidate:", sdp, StringComparison.Ordinal);
        Uri location = answer.Headers.Location!;
        Assert.StartsWith("/webrtc/", location.OriginalString, StringComparison.Ordinal);
        Assert.Equal(1, server.Rtc.SessionCount);

        using (HttpResponseMessage ended = await server.Client.DeleteAsync(location, Token)) Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Equal(0, server.Rtc.SessionCount);
        HttpStatusCode again;
        do
        {
            using HttpResponseMessage second = await server.Client.DeleteAsync(location, Token);
            again = second.StatusCode;
        }
        while (again == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NotFound, again);
    }

    [Theory]
    [InlineData("nonsense", "application/sdp", HttpStatusCode.BadRequest, "Line 1: expected a letter")]
    [InlineData("", "application/sdp", HttpStatusCode.BadRequest, "Expected ")]
    [InlineData(Offer, "text/plain", HttpStatusCode.UnsupportedMediaType, "Expected application/sdp, found text/plain; charset=utf-8.")]
    public async Task What_is_no_offer_is_refused_with_a_sentence(string body, string type, HttpStatusCode status, string sentence)
    {
        await using CallServer server = await CallServer.StartAsync();
        using HttpResponseMessage answer = await PostAsync(server, body, type);

        Assert.Equal(status, answer.StatusCode);
        Assert.StartsWith(sentence, await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(0, server.Rtc.SessionCount);
    }

    [Fact]
    public async Task Offer_of_codecs_that_nobody_has_is_refused_with_their_names()
    {
        await using CallServer server = await CallServer.StartAsync();
        using HttpResponseMessage answer = await PostAsync(server, Offer.Replace("RTP/SAVPF 9 0", "RTP/SAVPF 96", StringComparison.Ordinal).Replace("rtpmap:9 G722/8000", "rtpmap:96 ISAC/16000", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("ISAC", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_without_end_is_not_read_to_its_end()
    {
        await using CallServer server = await CallServer.StartAsync();
        using HttpResponseMessage answer = await PostAsync(server, new string('a', 100_000));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Caller_without_a_line_is_told_when_to_try_again()
    {
        await using CallServer server = await CallServer.StartAsync(maximumSessions: 1);
        using HttpResponseMessage first = await PostAsync(server, Offer);
        using HttpResponseMessage second = await PostAsync(server, Offer);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable), (first.StatusCode, second.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(10), second.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Candidates_change_nothing_and_other_credentials_begin_ice_again()
    {
        await using CallServer server = await CallServer.StartAsync();
        using HttpResponseMessage begun = await PostAsync(server, Offer);
        string before = Ufrag().Match(await begun.Content.ReadAsStringAsync(Token)).Value;
        Uri call = begun.Headers.Location!;

        using HttpResponseMessage candidate = await PatchAsync(
            server, call, "a=ice-ufrag:Zq1r\r\na=ice-pwd:pWd0123456789abcdefghijkl\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n");
        Assert.Equal(HttpStatusCode.NoContent, candidate.StatusCode);
        Assert.Equal(begun.Headers.ETag, candidate.Headers.ETag);

        using HttpResponseMessage restart = await PatchAsync(server, call, "a=ice-ufrag:another1\r\na=ice-pwd:another123456789abcdefghi\r\n", "*");
        string fragment = await restart.Content.ReadAsStringAsync(Token);
        Assert.Equal((HttpStatusCode.OK, Fragments), (restart.StatusCode, restart.Content.Headers.ContentType?.MediaType));
        Assert.NotEqual(begun.Headers.ETag, restart.Headers.ETag);
        Assert.Matches(Ufrag(), fragment);
        Assert.NotEqual(before, Ufrag().Match(fragment).Value);
        Assert.Contains("a=candidate:", fragment, StringComparison.Ordinal);
        Assert.DoesNotContain("fingerprint", fragment, StringComparison.Ordinal);

        // What was meant for the beginning before is late.
        using HttpResponseMessage late = await PatchAsync(server, call, "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n", begun.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        using HttpResponseMessage elsewhere = await PatchAsync(server, new Uri("/webrtc/nobody", UriKind.Relative), "a=candidate:1\r\n");
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Keys_and_passwords_of_a_call_are_in_no_log()
    {
        using var log = new LogRecorder();
        await using CallServer server = await CallServer.StartAsync(log: log);
        using var peer = new TestPeer(server.Rtc);
        using HttpResponseMessage begun = await PostAsync(server, peer.Offer());
        string answer = await begun.Content.ReadAsStringAsync(Token);
        await peer.ConnectAsync(answer);
        peer.Send(peer.Media(1, 0, new byte[160]));
        await peer.ReceiveAsync();
        using HttpResponseMessage ended = await server.Client.DeleteAsync(begun.Headers.Location, Token);
        await Eventually.TrueAsync(() => log.Text.Contains("A call is over", StringComparison.Ordinal));

        string text = log.Text;
        Assert.Contains("A call began, coded in PCMU", text, StringComparison.Ordinal);
        string[] secrets =
        [
            TestPeer.Password, TestPeer.Attribute(answer, "ice-pwd"),
            .. peer.Keys.Chunk(16).SelectMany(static key => (string[])[Convert.ToHexString(key), Convert.ToBase64String(key).TrimEnd('='), BitConverter.ToString(key), string.Join(", ", key)]),
        ];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
    }

    private static Task<HttpResponseMessage> PostAsync(CallServer server, string body, string type = "application/sdp") =>
        server.Client.PostAsync("/webrtc", new StringContent(body, Encoding.UTF8, type), Token);

    private static async Task<HttpResponseMessage> PatchAsync(CallServer server, Uri call, string fragment, string? match = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, call) { Content = new StringContent(fragment, Encoding.UTF8, Fragments) };
        if (match is not null) request.Headers.IfMatch.Add(match == "*" ? EntityTagHeaderValue.Any : new EntityTagHeaderValue(match));
        return await server.Client.SendAsync(request, Token);
    }

    [GeneratedRegex(@"a=ice-ufrag:\S+")]
    private static partial Regex Ufrag();
}
