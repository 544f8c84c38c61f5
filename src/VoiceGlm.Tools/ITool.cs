namespace VoiceGlm.Tools;

/// <summary>Something that the model may have done for it. Thread-safe.</summary>
public interface ITool
{
    /// <summary>Its name, as the model calls it.</summary>
    string Name { get; }

    /// <summary>Runs it. What it throws is told to the user as a failure, in general words, and to the log in its own.</summary>
    /// <param name="toolCall">What the model asks for, of this tool. The arguments are a stranger's: the tool checks them.</param>
    /// <param name="cancellationToken">The turn has ended, or the tool took too long.</param>
    /// <returns>What the model says: a sentence or two.</returns>
    ValueTask<ToolAnswer> RunAsync(ToolCall toolCall, CancellationToken cancellationToken);
}
