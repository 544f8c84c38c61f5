namespace VoiceGlm.Tools;

/// <summary>Something that the model may have done for it. Thread-safe.</summary>
public interface ITool
{
    /// <summary>Its name, as the model calls it: letters, digits, <c>_</c> and <c>-</c>, at most 64.</summary>
    string Name { get; }

    /// <summary>What it does, for a model that chooses among tools.</summary>
    string Description => Name;

    /// <summary>A JSON schema of its arguments: an object.</summary>
    string Parameters => """{"type":"object","properties":{}}""";

    /// <summary>Words that ask for it, for models that were not taught to call tools.</summary>
    IReadOnlyList<string> TriggerPhrases => [];

    /// <summary>Whether it can be had, as the service is configured.</summary>
    bool IsAvailable => true;

    /// <summary>How it takes its time.</summary>
    ToolPolicy Policy => ToolPolicy.Quick;

    /// <summary>Runs it. What it throws is told to the user as a failure, in general words, and to the log in its own.</summary>
    /// <param name="run">What the model asks for, and for whom.</param>
    /// <param name="cancellationToken">The work is of no use any more, or took too long.</param>
    /// <returns>What the model says: a sentence or two; and what a page shows.</returns>
    ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken);
}
