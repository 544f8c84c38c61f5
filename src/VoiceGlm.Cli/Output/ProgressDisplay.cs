using Spectre.Console;
using VoiceGlm.Checkpoints;

namespace VoiceGlm.Cli;

/// <summary>One bar for the whole of a long work, named for the step that it is at, so that the time left is that of the whole. Thread-safe.</summary>
internal sealed class ProgressDisplay(ProgressContext context) : IProgress<ConversionProgress>
{
    private readonly Lock _lock = new();
    private ProgressTask? _bar;

    /// <inheritdoc/>
    public void Report(ConversionProgress value)
    {
        lock (_lock)
        {
            _bar ??= context.AddTask(Markup.Escape(value.Step));
            _bar.Description = Markup.Escape(value.Step);
            _bar.MaxValue = Math.Max(1, value.BytesTotal);
            _bar.Value = value.BytesTotal == 0 ? 1 : value.BytesDone;
        }
    }
}
