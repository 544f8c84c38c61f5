namespace VoiceGlm.Downloads;

/// <summary>Something could not be fetched, and trying again at once will not help. The message is a sentence for the person who asked.</summary>
public sealed class DownloadException(string message, Exception? innerException = null) : IOException(message, innerException);
