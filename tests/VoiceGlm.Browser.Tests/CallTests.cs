using System.Globalization;
using System.Net;
using VoiceGlm.ParrotHost;
using VoiceGlm.Testing;

namespace VoiceGlm.Browser.Tests;

/// <summary>A real browser's calls.</summary>
public sealed class CallTests
{
    [Fact]
    public async Task Browser_calls_and_interrupts()
    {
        WebTests.SkipWithoutBrowser();
        await using ParrotServer server = await ParrotServer.StartAsync("http://127.0.0.1:0");
        await WebTests.RunAsync("e2e:webrtc", server.Url);
    }

    [Fact]
    public async Task Page_converses_by_call_and_without_one_where_the_network_lets_none_through()
    {
        WebTests.SkipWithoutBrowser();
        await using ParrotServer server = await ParrotServer.StartAsync("http://127.0.0.1:0");
        await WebTests.RunAsync("e2e:carried", server.Url);
    }

    [Fact]
    public async Task Conversation_goes_on_through_a_bad_network_and_after_an_outage()
    {
        WebTests.SkipWithoutBrowser();
        await using ParrotServer server = await ParrotServer.StartAsync("http://127.0.0.1:0");
        using var relay = new ImpairingRelay(new IPEndPoint(IPAddress.Loopback, server.CallPort));
        relay.Become(new Network { Seed = 8, Loss = 0.05, DelayMilliseconds = (30, 90), Reordered = 0.02, Duplicated = 0.01, Outage = (5, 8) });
        await WebTests.RunAsync("e2e:impaired", server.Url, new Dictionary<string, string> { ["VOICEGLM_RELAY"] = relay.EndPoint.Port.ToString(CultureInfo.InvariantCulture) });

        // In mid-answer, most of the time: 3 s are at most 150 packets of sound each way, and at least some of reports.
        Assert.InRange(relay.CutOff, 10, 400);
    }

    [Fact]
    public async Task Firefox_calls_and_interrupts()
    {
        WebTests.SkipWithoutBrowser(BrowserProgram.Firefox);
        await using ParrotServer server = await ParrotServer.StartAsync("http://127.0.0.1:0");
        await WebTests.RunAsync("e2e:firefox", server.Url);
    }
}
