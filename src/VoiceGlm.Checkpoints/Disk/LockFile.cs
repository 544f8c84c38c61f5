namespace VoiceGlm.Checkpoints;

/// <summary>A file that is open while something is worked on, and gone afterwards, however the work ends: nobody else begins meanwhile. Stateless.</summary>
public static class LockFile
{
    /// <summary>Takes the lock; disposing it gives it back.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What is expected of others, for the message, such as <c>that nobody else writes this</c>.</param>
    /// <param name="found">What another does.</param>
    /// <exception cref="IOException">Another has it, or the file cannot be made.</exception>
    public static IDisposable Take(string path, string expected, string found)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new IOException($"{path}: expected {expected}, found {found}.", exception);
        }
    }
}
