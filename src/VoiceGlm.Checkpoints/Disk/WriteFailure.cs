namespace VoiceGlm.Checkpoints;

/// <summary>Says in a sentence why a folder could not be written. Stateless.</summary>
public static class WriteFailure
{
    private const int NoSpaceOnUnix = 28;                          // ENOSPC
    private const int NoSpaceOnWindows = unchecked((int)0x80070070);   // ERROR_DISK_FULL

    /// <summary>Runs something that writes into a folder.</summary>
    /// <exception cref="IOException">The disk is full, or the folder may not be written.</exception>
    public static T Explain<T>(string folder, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (IOException exception) when (exception.HResult is NoSpaceOnUnix or NoSpaceOnWindows)
        {
            throw new IOException($"{folder}: expected room for the files to be written, found a full disk.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{folder}: expected a folder that may be written, found one that may not ({exception.Message})", exception);
        }
    }

    /// <summary>Runs something that writes into a folder.</summary>
    /// <exception cref="IOException">The disk is full, or the folder may not be written.</exception>
    public static void Explain(string folder, Action write) => Explain(folder, () =>
    {
        write();
        return true;
    });
}
