namespace VoiceGlm.Checkpoints;

/// <summary>Something about a model folder that is not as its manifest says.</summary>
/// <param name="File">The file within the folder, with the input or output where one is at fault.</param>
/// <param name="Expected">What the manifest says.</param>
/// <param name="Found">What is there.</param>
public sealed record ModelFinding(string File, string Expected, string Found);
