namespace VoiceGlm.Testing;

/// <summary>A browser that tests drive. Stateless.</summary>
public sealed class BrowserProgram
{
    private readonly string _variable;
    private readonly string[] _places;

    private BrowserProgram(string name, string variable, string package, params string[] places)
    {
        _variable = variable;
        _places = places;
        HowToInstall = $"{name} was not found: apt-get install {package}, or set {variable} to its path.";
    }

    /// <summary>Chromium, or what is built of it.</summary>
    public static BrowserProgram Chromium { get; } =
        new("Chromium", "CHROMIUM", "chromium", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/opt/google/chrome/chrome");

    /// <summary>Firefox.</summary>
    public static BrowserProgram Firefox { get; } = new("Firefox", "FIREFOX", "firefox-esr", "/usr/bin/firefox-esr", "/usr/bin/firefox");

    /// <summary>What to say where it is not.</summary>
    public string HowToInstall { get; }

    /// <summary>Where it is, or null where there is none.</summary>
    public string? Find() => _places.Prepend(Environment.GetEnvironmentVariable(_variable) ?? "").FirstOrDefault(File.Exists);
}
