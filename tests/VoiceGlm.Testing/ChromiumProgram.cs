namespace VoiceGlm.Testing;

/// <summary>The browser that tests drive. Stateless.</summary>
public static class ChromiumProgram
{
    private static readonly string[] s_places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/opt/google/chrome/chrome"];

    /// <summary>What to say where it is not.</summary>
    public const string HowToInstall = "Chromium was not found: apt-get install chromium, or set CHROMIUM to its path.";

    /// <summary>Where it is, or null where there is none.</summary>
    public static string? Find() => s_places.Prepend(Environment.GetEnvironmentVariable("CHROMIUM") ?? "").FirstOrDefault(File.Exists);
}
