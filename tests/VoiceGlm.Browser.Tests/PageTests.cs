using VoiceGlm.ParrotHost;
using VoiceGlm.ServerHost;
using VoiceGlm.Testing;

namespace VoiceGlm.Browser.Tests;

/// <summary>The page, by itself and in a real browser: once against the hub with a parrot for a model, once against the whole service.</summary>
public sealed class PageTests
{
    [Fact]
    public Task Logic_of_the_page_passes_its_own_tests() => WebTests.RunAsync("test");

    [Fact]
    public Task First_click_downloads_at_most_sixty_kilobytes() => WebTests.RunAsync("check-size");

    [Fact]
    public async Task Browser_speaks_hears_interrupts_and_comes_back()
    {
        WebTests.SkipWithoutBrowser();
        await using ParrotServer server = await ParrotServer.StartAsync("http://127.0.0.1:0");
        await WebTests.RunAsync("e2e", server.Url);
    }

    [Fact]
    public async Task Cards_are_shown_and_pictures_are_taken()
    {
        WebTests.SkipWithoutBrowser();
        await using ParrotServer server = await ParrotServer.StartAsync("http://127.0.0.1:0");
        await WebTests.RunAsync("e2e:cards", server.Url);
    }

    [Fact]
    public async Task Browser_does_so_with_the_service_and_a_model()
    {
        WebTests.SkipWithoutBrowser();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var model = new TemporaryFolder();
        Dictionary<string, string> settings = EndlessModel.Settings(model.Path, tokens: 400);
        settings["VoiceGlm:SignalR:AllowedOrigins:0"] = WebTests.OtherOrigin;
        await using ServerProcess server = await ServerProcess.StartAsync(settings, cancellationToken);
        await server.WaitUntilReadyAsync(cancellationToken);
        await WebTests.RunAsync("e2e", server.Address.AbsoluteUri);
        Assert.DoesNotContain("fail:", server.Output, StringComparison.Ordinal);
    }
}
