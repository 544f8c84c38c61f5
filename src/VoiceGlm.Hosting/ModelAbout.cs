namespace VoiceGlm.Hosting;

/// <summary>What people are told of the model.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Examples">What one may say to it, as its card tells: not complete, and perhaps empty.</param>
public sealed record ModelAbout(string Model, IReadOnlyList<string> Examples);
