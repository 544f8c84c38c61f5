using VoiceGlm.ServerHost;

namespace VoiceGlm.Browser.Tests;

/// <summary>The sample that needs a browser.</summary>
public sealed class EchoCallTests
{
    [Fact]
    public async Task Browser_hears_its_own_microphone_in_each_call()
    {
        WebTests.SkipWithoutBrowser();
        await using ServerProcess sample = await ServerProcess.StartAsync(new Dictionary<string, string>(), TestContext.Current.CancellationToken, "EchoCall");
        await WebTests.RunAsync("e2e:echo", sample.Address.AbsoluteUri);
        Assert.Contains("opus: Connected", sample.Output, StringComparison.Ordinal);
    }
}
