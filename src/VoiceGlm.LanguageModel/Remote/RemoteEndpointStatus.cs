namespace VoiceGlm.LanguageModel;

/// <summary>How a server is.</summary>
/// <param name="Address">The server.</param>
/// <param name="IsHealthy">Whether it answers and serves the model.</param>
/// <param name="Reason">A sentence: what it serves, or what is wrong with it.</param>
public sealed record RemoteEndpointStatus(Uri Address, bool IsHealthy, string Reason);
