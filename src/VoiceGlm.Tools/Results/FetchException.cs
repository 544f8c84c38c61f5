namespace VoiceGlm.Tools.Results;

/// <summary>A file was not fetched: it is not there, or is none that one would want.</summary>
internal sealed class FetchException : Exception
{
    public FetchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
