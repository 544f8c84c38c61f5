using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using VoiceGlm.Tools.Glm;

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

    /// <summary>Where results and jobs are kept, across restarts. Default: <c>VoiceGlm/tools</c> among the user's local data.</summary>
    public string Folder { get; set; } = "";

    /// <summary>How long pictures and films are kept. Default: 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan KeepResults { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Who serves the other GLM models: <c>bigmodel</c>, <c>zai</c>, <c>emulator</c>, or a name of <see cref="Providers"/>. Default: nobody, and there are no tools
    /// that need them.
    /// </summary>
    public string Provider { get; set; } = "";

    /// <summary>Servers of GLM models by name: those of your own, and what of the known ones is to be otherwise.</summary>
    public Dictionary<string, GlmProviderOptions> Providers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary><see cref="Folder"/>, or where it is by default.</summary>
    internal string FolderOrDefault => Folder.Length > 0 ? Folder : Path.Combine(DataFolder(), "VoiceGlm", "tools");

    // A service's user may have no home.
    private static string DataFolder() =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } folder ? folder : Path.GetTempPath();
}

/// <summary>Checks <see cref="ToolOptions"/> when the service starts.</summary>
[OptionsValidator]
internal sealed partial class ToolOptionsValidator : IValidateOptions<ToolOptions>;

/// <summary>Checks the provider that <see cref="ToolOptions"/> name when the service starts. Its sentences do not tell the key.</summary>
internal sealed class ToolProviderValidator : IValidateOptions<ToolOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ToolOptions options) =>
        GlmProvider.FaultsOf(options).ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
}
