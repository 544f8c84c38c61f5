using System.Diagnostics;
using System.Text.RegularExpressions;
using VoiceGlm.Audio;
using VoiceGlm.ServerHost;
using VoiceGlm.Testing;

namespace VoiceGlm.Samples.Tests;

/// <summary>The samples do what their READMEs say.</summary>
public sealed partial class SampleTests
{
    private static readonly string s_question = Repository.Fixture("audio", "speech_en.wav");

    [Fact]
    public async Task File_is_answered_by_a_file()
    {
        using var folder = new TemporaryFolder();
        string answer = folder["answer.wav"];
        string output = await RunAsync("TalkToAFile", s_question, answer);
        WaveFile file = WaveFile.Read(answer);
        Assert.Equal(22_050, file.SampleRate.Hertz);
        Assert.True(file.SampleCount > 22_050, $"{file.SampleCount} samples; {output}");
        Assert.Contains(file.Channel(0).ToArray(), static sample => Math.Abs(sample) > 0.01f);
    }

    [Fact]
    public async Task Two_callers_are_both_answered_to_the_end()
    {
        string output = await RunAsync("InMemoryCall", s_question);
        Assert.Equal(["Ann", "Bob"], Answered().Matches(output).Select(static match => match.Groups[1].Value).Order());
    }

    private static async Task<string> RunAsync(string sample, params string[] arguments)
    {
        using var model = new TemporaryFolder();
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", sample, configuration, sample + ".dll")));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach ((string name, string value) in EndlessModel.Settings(model.Path, tokens: 110)) start.ArgumentList.Add($"--{name}={value}");
        using Process process = Process.Start(start)!;
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        Assert.True(process.ExitCode == 0, $"{await output}{await error}");
        return await output;
    }

    [GeneratedRegex(@"^(\w+): ResponseDone .*Status = Completed", RegexOptions.Multiline)]
    private static partial Regex Answered();
}
