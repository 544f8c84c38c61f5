using System.Diagnostics;

namespace VoiceGlm.Tools.Phone;

/// <summary>Runs Android's debug bridge. Thread-safe.</summary>
/// <param name="program">The program: <c>adb</c>, or its path.</param>
internal sealed class Adb(string program)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    /// <summary>Runs a command.</summary>
    /// <param name="arguments">Its arguments, as they are: no shell of this machine sees them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It cannot be started, failed, or took too long.</exception>
    public async Task<byte[]> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_longest);
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException($"{program} cannot be started: {exception.Message}", exception);
        }

        try
        {
            var written = new MemoryStream();
            Task<string> errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.StandardOutput.BaseStream.CopyToAsync(written, timeout.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            string told = await errors.ConfigureAwait(false);
            return process.ExitCode == 0 ? written.ToArray() : throw new InvalidOperationException($"{program} {arguments[0]} ended with {process.ExitCode}: {told.Trim()}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{program} {arguments[0]} did not end within {s_longest.TotalSeconds:F0} s.");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
