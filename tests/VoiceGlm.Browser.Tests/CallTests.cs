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
    public async Task Firefox_calls_and_interrupts()
    {
        WebTests.SkipWithoutBrowser(BrowserProgram.Firefox);
        await using ParrotServer server = await ParrotServer.StartAsync("http://127.0.0.1:0");
        await WebTests.RunAsync("e2e:firefox", server.Url);
    }
}
