namespace VoiceGlm.Cli;

/// <summary>What the user gave is not what the command needs. The message is the sentence that they read.</summary>
internal sealed class InputException(string message) : Exception(message);
