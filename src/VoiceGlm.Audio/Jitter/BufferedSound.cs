namespace VoiceGlm.Audio;

/// <summary>Where the sound of one <see cref="JitterBuffer.Read"/> came from; of several, the one named last here.</summary>
public enum BufferedSound
{
    /// <summary>Packets that came, or their copies in the packets after them.</summary>
    Packets,

    /// <summary>Comfort noise that the sender described.</summary>
    ComfortNoise,

    /// <summary>Made up, in part at least, for what was missing.</summary>
    Concealment,

    /// <summary>Silence: nothing has come yet.</summary>
    Nothing,
}
