namespace VoiceGlm.Audio;

/// <summary>A packet's place in its stream.</summary>
/// <param name="Sequence">Unwrapped number.</param>
/// <param name="Timestamp">Unwrapped, in units of the clock rate.</param>
/// <param name="Content">What is in it.</param>
internal readonly record struct StoredPacket(long Sequence, long Timestamp, PacketContent Content);
