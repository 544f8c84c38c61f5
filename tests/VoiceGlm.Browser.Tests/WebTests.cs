using System.Diagnostics;
using VoiceGlm.Testing;

namespace VoiceGlm.Browser.Tests;

/// <summary>Runs a set of the page's own tests (<c>web/</c>) and fails with what they say.</summary>
internal static class WebTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "web");

    /// <summary>Where the page of another origin in the browser's tests lives.</summary>
    public const string OtherOrigin = "http://shop.localhost:8099";

    /// <summary>Skips the test where no browser is there to be driven.</summary>
    /// <param name="browser">Which; Chromium where null.</param>
    public static void SkipWithoutBrowser(BrowserProgram? browser = null)
    {
        browser ??= BrowserProgram.Chromium;
        Assert.SkipUnless(browser.Find() is not null, browser.HowToInstall);
    }

    /// <summary>Runs <c>npm run script</c>.</summary>
    /// <param name="script">A script of <c>package.json</c>.</param>
    /// <param name="url">The service that a browser is to open.</param>
    /// <param name="variables">Further variables of its environment.</param>
    public static async Task RunAsync(string script, string? url = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        // npm is a script on Windows, which only a shell starts.
        ProcessStartInfo start = OperatingSystem.IsWindows() ? new("cmd", ["/c", "npm", "run", "--silent", script]) : new("npm", ["run", "--silent", script]);
        start.WorkingDirectory = s_folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["NO_COLOR"] = "1";
        foreach ((string name, string value) in variables ?? new Dictionary<string, string>()) start.Environment[name] = value;
        if (url is not null) start.Environment["VOICEGLM_URL"] = url;
        using Process process = Process.Start(start)!;
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"npm run {script} failed.{Environment.NewLine}{await output}{await error}");
    }
}
