namespace VoiceGlm.Server;

/// <summary>What is done with the page when the service starts.</summary>
internal sealed class PageOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "VoiceGlm:Page";

    /// <summary>Whether the page is opened in the browser when the service was started by hand, in a terminal. Default: yes.</summary>
    public bool Open { get; set; } = true;
}
