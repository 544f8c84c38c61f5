namespace VoiceGlm.Rtc;

/// <summary>How loud a packet is, told beside it so that nobody has to decode it (RFC 6464).</summary>
/// <param name="DbBelowFullScale">Decibels below full scale, 0 to 127; 127 is silence.</param>
/// <param name="HasVoice">Whether the sender hears speech in it.</param>
public readonly record struct AudioLevel(byte DbBelowFullScale, bool HasVoice)
{
    internal byte Value => (byte)(Math.Min(DbBelowFullScale, (byte)127) | (HasVoice ? 0x80 : 0));

    internal static AudioLevel From(byte value) => new((byte)(value & 0x7F), (value & 0x80) != 0);
}
