using Spectre.Console;
using VoiceGlm.Checkpoints;

namespace VoiceGlm.Cli;

/// <summary>A bar for each step of a long work. Thread-safe.</summary>
internal sealed class ProgressDisplay(ProgressContext context) : IProgress<ConversionProgress>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProgressTask> _bars = [];

    /// <inheritdoc/>
    public void Report(ConversionProgress value)
    {
        lock (_lock)
        {
            if (!_bars.TryGetValue(value.Step, out ProgressTask? bar))
            {
                _bars[value.Step] = bar = context.AddTask(Markup.Escape(value.Step), maxValue: Math.Max(1, value.BytesTotal));
            }

            bar.Value = value.BytesTotal == 0 ? 1 : value.BytesDone;
        }
    }
}
