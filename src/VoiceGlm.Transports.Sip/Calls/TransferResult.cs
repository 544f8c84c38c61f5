namespace VoiceGlm.Transports.Sip;

/// <summary>What became of a transfer.</summary>
/// <param name="IsDone">Whether the other side speaks with somebody else now.</param>
/// <param name="Status">The last status that was told; 0 where none was.</param>
/// <param name="Reason">A sentence.</param>
public sealed record TransferResult(bool IsDone, int Status, string Reason);
