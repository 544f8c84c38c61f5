namespace VoiceGlm.Audio;

/// <summary>What a packet of a stream holds.</summary>
public enum PacketContent
{
    /// <summary>Sound of the stream's codec.</summary>
    Sound,

    /// <summary>A description of the noise from here on (RFC 3389).</summary>
    ComfortNoise,

    /// <summary>Nothing to hear: a telephone event (RFC 4733), which has a number in the sequence all the same.</summary>
    Event,
}
