using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Tools;

/// <summary>How tools are run.</summary>
public sealed class ToolOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "VoiceGlm:Tools";

    /// <summary>How long a tool may take before the user is told that it did not work. Default: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the demonstration shop answers for orders and takes complaints. Default: yes.</summary>
    public bool DemoShop { get; set; } = true;
}

/// <summary>Checks <see cref="ToolOptions"/> when the service starts.</summary>
[OptionsValidator]
internal sealed partial class ToolOptionsValidator : IValidateOptions<ToolOptions>;
