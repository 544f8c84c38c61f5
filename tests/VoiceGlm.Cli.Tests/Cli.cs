using System.Text.Json;

namespace VoiceGlm.Cli.Tests;

/// <summary>Runs command lines in this process and keeps what they write.</summary>
internal sealed record Cli(int ExitCode, string Output, string Error)
{
    /// <summary>The result of <c>--json</c>: all of standard output is one JSON value.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static async Task<Cli> RunAsync(params string[] arguments) => await RunWithInputAsync("", arguments);

    public static async Task<Cli> RunWithInputAsync(string input, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await CommandLine.RunAsync(arguments, new Terminal(output, error, new StringReader(input)), TestContext.Current.CancellationToken);
        return new Cli(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command line that must succeed.</summary>
    public static async Task<Cli> SucceedAsync(params string[] arguments)
    {
        Cli result = await RunAsync(arguments);
        Assert.True(result.ExitCode == 0, $"voiceglm {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}{result.Output}");
        return result;
    }
}
