using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace VoiceGlm.Cli;

/// <summary>
/// Where a command writes: results for people or machines go to standard output, progress and errors to standard error, so that
/// <c>--json</c> can be piped.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error, TextReader input)
{
    private readonly IAnsiConsole _errorConsole = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });

    /// <summary>The process's own streams.</summary>
    public Terminal()
        : this(Console.Out, Console.Error, Console.In)
    {
    }

    /// <summary>Results for people.</summary>
    public IAnsiConsole Output { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });

    /// <summary>Standard input.</summary>
    public TextReader Input { get; } = input;

    /// <summary>Results that are text as it is: never wrapped, never styled.</summary>
    public TextWriter Plain { get; } = output;

    /// <summary>What is not a result.</summary>
    public TextWriter Errors { get; } = error;

    /// <summary>Writes words of a model as they come. A model may say anything: what would steer a terminal is shown as a replacement character.</summary>
    public void WriteWords(string words) =>
        Plain.Write(string.Concat(words.Select(static character => char.IsControl(character) && character is not ('\n' or '\t') ? '\uFFFD' : character)));

    /// <summary>Writes a result for machines: one line of JSON.</summary>
    public void WriteJson<T>(T result, JsonTypeInfo<T> type) => Plain.WriteLine(JsonSerializer.Serialize(result, type));

    /// <summary>Tells what went wrong, in one sentence.</summary>
    public void WriteError(string message) => Errors.WriteLine($"voiceglm: {message}");

    /// <summary>Tells something worth knowing that is not a result.</summary>
    public void WriteNote(string message) => Errors.WriteLine(message);

    /// <summary>Shows progress bars while <paramref name="work"/> runs; where the cursor cannot be moved, a line now and then.</summary>
    /// <param name="work">The work.</param>
    /// <param name="isTransfer">Whether progress is counted in bytes, whose rate is shown.</param>
    public Task<T> WithProgressAsync<T>(Func<ProgressDisplay, Task<T>> work, bool isTransfer = true) =>
        _errorConsole.Progress().AutoClear(true).HideCompleted(false)
            .Columns([new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), .. isTransfer ? [new TransferSpeedColumn()] : (ProgressColumn[])[], new RemainingTimeColumn()])
            .StartAsync(context => work(new ProgressDisplay(context)));
}
