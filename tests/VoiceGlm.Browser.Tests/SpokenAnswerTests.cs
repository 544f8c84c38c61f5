using VoiceGlm.ServerHost;
using VoiceGlm.Testing;

namespace VoiceGlm.Browser.Tests;

/// <summary>The first minute of a newcomer: the service as it comes, a browser, its page or a call, a question in a voice that the model was never trained on.</summary>
public sealed class SpokenAnswerTests
{
    private const string Sums = """
        #JSGF V1.0;
        grammar sums;
        <number> = zero | one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve | thirteen | fourteen | fifteen |
            sixteen | seventeen | eighteen | nineteen | twenty;
        public <sum> = <number> (plus | minus | times) <number> is <number>;
        """;

    [Theory]
    [InlineData("e2e:understood")]
    [InlineData("e2e:called")]
    public async Task Question_is_understood_and_the_right_answer_sounds(string script)
    {
        WebTests.SkipWithoutBrowser();
        Assert.SkipUnless(Pocketsphinx.IsInstalled, Pocketsphinx.HowToInstall);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using ServerProcess server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["VoiceGlm:Model:Temperature"] = "0" }, cancellationToken);
        await server.WaitUntilReadyAsync(cancellationToken);

        await WebTests.RunAsync(script, server.Address.AbsoluteUri, new Dictionary<string, string>
        {
            ["VOICEGLM_SPEECH"] = Repository.Fixture("spoken", "seven_plus_five.wav"),
            ["VOICEGLM_RECORDING"] = folder["speaker.wav"],
        });

        IReadOnlyList<string> heard = await Pocketsphinx.HearAsync(folder["speaker.wav"], Sums, cancellationToken);
        Assert.Contains("seven plus five is twelve", heard);
    }
}
