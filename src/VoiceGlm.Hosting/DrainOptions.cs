using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Hosting;

/// <summary>How the service stops.</summary>
public sealed class DrainOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "VoiceGlm:Drain";

    /// <summary>How long turns under way are given to end when the service is told to stop. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Checks <see cref="DrainOptions"/> when the service starts.</summary>
[OptionsValidator]
internal sealed partial class DrainOptionsValidator : IValidateOptions<DrainOptions>;
