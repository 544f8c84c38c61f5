namespace VoiceGlm;

/// <summary>A checkpoint or a model folder is not what it should be. The message is a sentence for the person who started the program.</summary>
public sealed class ModelLoadException : Exception
{
    /// <summary>Creates the exception from its three facts.</summary>
    /// <param name="path">The file or folder, with the tensor or key inside it where one is at fault.</param>
    /// <param name="expected">What was expected there.</param>
    /// <param name="found">What was found.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ModelLoadException(string path, string expected, string found, Exception? innerException = null)
        : base($"{path}: expected {expected}, found {found}.", innerException)
    {
        Path = path;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>What was expected there.</summary>
    public string Expected { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }
}
