using GlmApiEmulator;
using VoiceGlm.ServerHost;
using VoiceGlm.Testing;

namespace VoiceGlm.Browser.Tests;

/// <summary>Other models are asked for by voice, of the model that comes with the service; an emulator stands for them.</summary>
public sealed class AskedToolTests
{
    [Fact]
    public async Task What_is_asked_for_by_voice_is_shown_and_said()
    {
        WebTests.SkipWithoutBrowser();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using GlmEmulator emulator = await GlmEmulator.StartAsync();
        await using ServerProcess server = await ServerProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["VoiceGlm:Model:Temperature"] = "0",
                ["VoiceGlm:Tools:Provider"] = "emulator",
                ["VoiceGlm:Tools:Providers:emulator:BaseAddress"] = emulator.BaseAddress.AbsoluteUri,
                ["VoiceGlm:Tools:Folder"] = folder.Path,
            },
            cancellationToken);
        await server.WaitUntilReadyAsync(cancellationToken);
        foreach ((string asked, string speech) in ((string, string)[])[("draw", "draw_a_boat.wav"), ("look", "what_do_you_see.wav"), ("think", "think_hard.wav")])
        {
            await WebTests.RunAsync("e2e:asked", server.Address.AbsoluteUri, new Dictionary<string, string>
            {
                ["VOICEGLM_ASKED"] = asked,
                ["VOICEGLM_SPEECH"] = Repository.Fixture("spoken", speech),
            });
        }

        Assert.True(emulator.Count("images/generations") > 0, "Nothing was drawn.");
        Assert.DoesNotContain("fail:", server.Output, StringComparison.Ordinal);
    }
}
