using System.Text.Json.Serialization;

namespace VoiceGlm.Hosting;

/// <summary>What people are told of the model.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Examples">What one may say to it, as its card tells: not complete, and perhaps empty.</param>
/// <param name="Tools">Who does what the model cannot; <see langword="null"/> for nobody.</param>
public sealed record ModelAbout(string Model, IReadOnlyList<string> Examples, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ToolsAbout? Tools = null);

/// <summary>What people are told of the tools.</summary>
/// <param name="Provider">Who serves the other GLM models.</param>
/// <param name="IsEmulated">Whether what they answer is made up: a page says so.</param>
/// <param name="Names">The tools.</param>
public sealed record ToolsAbout(string Provider, bool IsEmulated, IReadOnlyList<string> Names);
