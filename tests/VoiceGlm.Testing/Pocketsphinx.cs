using System.Diagnostics;

namespace VoiceGlm.Testing;

/// <summary>A listener that knows nothing of our models: the recognizer of CMU, as Debian packs it. Stateless.</summary>
public static class Pocketsphinx
{
    private const string Program = "/usr/bin/pocketsphinx_continuous";
    private const string Model = "/usr/share/pocketsphinx/model/en-us";

    /// <summary>Whether it is installed.</summary>
    public static bool IsInstalled => File.Exists(Program) && Directory.Exists(Model);

    /// <summary>What to say where it is not.</summary>
    public const string HowToInstall = "pocketsphinx was not found: apt-get install pocketsphinx pocketsphinx-en-us";

    /// <summary>Listens to a file.</summary>
    /// <param name="wave">A WAV file of 16-bit mono at 16 kHz.</param>
    /// <param name="grammar">What may be said, in JSGF (w3.org/TR/jsgf).</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The words of each utterance in the file.</returns>
    public static async Task<IReadOnlyList<string>> HearAsync(string wave, string grammar, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["grammar.gram"], grammar, cancellationToken);
        var start = new ProcessStartInfo(Program)
        {
            ArgumentList =
            {
                "-infile", wave, "-jsgf", folder["grammar.gram"], "-hmm", Path.Combine(Model, "en-us"),
                "-dict", Path.Combine(Model, "cmudict-en-us.dict"), "-logfn", folder["log"],
            },
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string heard = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new InvalidOperationException($"pocketsphinx ended with {process.ExitCode}: {await File.ReadAllTextAsync(folder["log"], cancellationToken)}");
        return heard.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
