using VoiceGlm.Audio;
using VoiceGlm.ServerHost;
using VoiceGlm.Testing;

namespace VoiceGlm.Browser.Tests;

/// <summary>The first minute of a newcomer: the service as it comes, a browser, a question in a voice that the model was never trained on.</summary>
public sealed class SpokenAnswerTests
{
    private const string Sums = """
        #JSGF V1.0;
        grammar sums;
        <number> = zero | one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve | thirteen | fourteen | fifteen |
            sixteen | seventeen | eighteen | nineteen | twenty;
        public <sum> = <number> (plus | minus | times) <number> is <number>;
        """;

    [Fact]
    public async Task Question_is_understood_and_the_right_answer_is_written_and_sounds()
    {
        WebTests.SkipWithoutBrowser();
        Assert.SkipUnless(Pocketsphinx.IsInstalled, Pocketsphinx.HowToInstall);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using ServerProcess server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["VoiceGlm:Model:Temperature"] = "0" }, cancellationToken);
        await server.WaitUntilReadyAsync(cancellationToken);

        await WebTests.RunAsync("e2e:understood", server.Address.AbsoluteUri, new Dictionary<string, string>
        {
            ["VOICEGLM_SPEECH"] = Repository.Fixture("spoken", "seven_plus_five.wav"),
            ["VOICEGLM_RECORDING"] = folder["speaker.wav"],
        });

        At16Kilohertz(folder["speaker.wav"], folder["heard.wav"]);
        IReadOnlyList<string> heard = await Pocketsphinx.HearAsync(folder["heard.wav"], Sums, cancellationToken);
        Assert.Equal("seven plus five is twelve", string.Join(' ', heard));
    }

    private static void At16Kilohertz(string from, string to)
    {
        WaveFile file = WaveFile.Read(from);
        var resampler = new Resampler(file.SampleRate, SampleRate.Wideband);
        ReadOnlySpan<float> samples = file.Channel(0).Span;
        var output = new float[resampler.OutputCapacity(samples.Length)];
        WaveFile.WritePcm16(to, output.AsSpan(0, resampler.Process(samples, output)), SampleRate.Wideband);
    }
}
