namespace VoiceGlm.Downloads;

/// <summary>A failure that may not come again.</summary>
internal sealed class TransientException(Uri address, string expected, string found, Exception? innerException = null)
    : Exception($"{address.GetLeftPart(UriPartial.Path)}: expected {expected}, found {found}", innerException)
{
    /// <summary>How long the server asks to be left alone, or <see langword="null"/>.</summary>
    public TimeSpan? RequestedWait { get; init; }
}

/// <summary>The file at the server is not the one that was listed, or no longer the one of which parts are here.</summary>
internal sealed class ChangedFileException(string expected, string found) : Exception($"expected {expected}, found {found}");

/// <summary>The server gives whole files only.</summary>
internal sealed class RangesIgnoredException : Exception;
