using System.CommandLine;

namespace VoiceGlm.Cli;

/// <summary>The commands, and what happens when one fails: one sentence on standard error and an exit code, never a stack trace.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command line.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        ParseResult parsed = CreateRoot(terminal).Parse(arguments);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = terminal.Plain, Error = terminal.Errors };
        if (parsed.Errors.Count > 0)
        {
            await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            terminal.WriteError("cancelled");
            return ExitCode.Cancelled;
        }
        catch (Exception exception) when (exception is ModelLoadException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            terminal.WriteError(exception.Message);
            return ExitCode.Failure;
        }
    }

    private static RootCommand CreateRoot(Terminal terminal) => new(
        "Speech to speech with GLM-4-Voice: convert published checkpoints, run each stage by itself, or talk to the whole model.")
    {
        ModelsCommand.Create(terminal),
        TokenizeCommand.Create(terminal),
        GenerateCommand.Create(terminal),
        SpeakCommand.Create(terminal),
        TalkCommand.Create(terminal),
        BenchCommand.Create(terminal),
        EvalCommand.Create(terminal),
    };
}
