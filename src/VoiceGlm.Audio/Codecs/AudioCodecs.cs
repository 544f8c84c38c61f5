namespace VoiceGlm.Audio;

/// <summary>The codecs that this machine has.</summary>
public static class AudioCodecs
{
    private static readonly Lazy<IReadOnlyList<IAudioCodec>> s_available = new(static () =>
        OpusLibrary.IsAvailable
            ? [new OpusCodec(), new G722Codec(), G711Codec.Pcmu, G711Codec.Pcma]
            : [new G722Codec(), G711Codec.Pcmu, G711Codec.Pcma]);

    /// <summary>What can be agreed on, the best first: Opus (where libopus is), G.722, PCMU, PCMA.</summary>
    public static IReadOnlyList<IAudioCodec> Available => s_available.Value;

    /// <summary>The codec of an <c>rtpmap</c>, or <see langword="null"/> when it is not to be had.</summary>
    /// <param name="name">The encoding name, in any case.</param>
    /// <param name="clockRate">As offered.</param>
    /// <param name="channels">As offered; 1 where none are told.</param>
    public static IAudioCodec? Find(string name, int clockRate, int channels = 1) => Available.FirstOrDefault(codec =>
        codec.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && codec.ClockRate == clockRate && codec.Channels == channels);

    /// <summary>The codec of a payload type that needs no <c>rtpmap</c>, or <see langword="null"/>.</summary>
    public static IAudioCodec? Find(int staticPayloadType) => Available.FirstOrDefault(codec => codec.StaticPayloadType == staticPayloadType);
}
