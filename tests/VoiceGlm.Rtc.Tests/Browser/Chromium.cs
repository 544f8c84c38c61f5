using System.Diagnostics;
using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

/// <summary>A headless Chromium that shows one page until it is disposed.</summary>
internal sealed class Chromium : IDisposable
{
    private readonly TemporaryFolder _profile = new();
    private readonly Process _process;

    private Chromium(string program, string url, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])
            [
                "--headless=new", "--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", $"--user-data-dir={_profile.Path}",
                "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection", .. arguments, url,
            ])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        // What it says is not looked at, but a full pipe would stop it.
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Opens a page; skips the test where there is no browser.</summary>
    public static Chromium Open(string url, params string[] arguments)
    {
        string? program = BrowserProgram.Chromium.Find();
        Assert.SkipUnless(program is not null, BrowserProgram.Chromium.HowToInstall);
        return new Chromium(program!, url, arguments);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _profile.Dispose();
    }
}
