using VoiceGlm.ParrotHost;

namespace VoiceGlm.Browser.Tests;

/// <summary>The page, by itself and in a real browser against a real hub. A parrot stands in for the model.</summary>
public sealed class PageTests
{
    [Fact]
    public Task Logic_of_the_page_passes_its_own_tests() => WebTests.RunAsync("test");

    [Fact]
    public Task First_click_downloads_at_most_sixty_kilobytes() => WebTests.RunAsync("check-size");

    [Fact]
    public async Task Browser_speaks_hears_interrupts_and_comes_back()
    {
        Assert.SkipUnless(WebTests.HasBrowser, "Chromium was not found: apt-get install chromium, or set CHROMIUM to its path.");
        await using ParrotServer server = await ParrotServer.StartAsync("http://127.0.0.1:0");
        await WebTests.RunAsync("e2e", server.Url);
    }
}
