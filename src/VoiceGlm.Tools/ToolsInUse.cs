using Microsoft.Extensions.Options;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools;

/// <summary>What people are told of the tools. Thread-safe.</summary>
public sealed class ToolsInUse
{
    /// <summary>Looks at the tools that can be had.</summary>
    public ToolsInUse(IEnumerable<ITool> tools, IOptions<ToolOptions> options)
    {
        Provider = options.Value.Provider;
        Names = [.. tools.Where(static tool => tool.IsAvailable).Select(static tool => tool.Name)];
    }

    /// <summary>Who serves the GLM models; empty for nobody.</summary>
    public string Provider { get; }

    /// <summary>Whether what the tools answer is made up.</summary>
    public bool IsEmulated => Provider.Equals(GlmProvider.Emulator, StringComparison.OrdinalIgnoreCase);

    /// <summary>The tools by name.</summary>
    public IReadOnlyList<string> Names { get; }
}
