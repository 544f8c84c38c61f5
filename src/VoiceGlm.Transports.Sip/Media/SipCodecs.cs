using VoiceGlm.Audio;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.Sip;

/// <summary>The codecs that calls agree on, most wanted first. Thread-safe.</summary>
internal sealed class SipCodecs
{
    private readonly (IAudioCodec Codec, AudioFormat Format)[] _codecs;

    /// <param name="names">Their names, which the options have checked; empty for all that the machine has.</param>
    public SipCodecs(IReadOnlyCollection<string> names)
    {
        IEnumerable<IAudioCodec> wanted = names.Count == 0 ? AudioCodecs.Available : names.Select(static name => AudioCodecs.Available.First(codec => codec.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
        _codecs = [.. wanted.Select(static codec => (codec, new AudioFormat(codec.Name, codec.ClockRate, codec.Channels, codec.FormatParameters)))];
        Formats = [.. _codecs.Select(static codec => codec.Format)];
    }

    /// <summary>What descriptions call them.</summary>
    public IReadOnlyList<AudioFormat> Formats { get; }

    /// <summary>The codec of a format that was agreed on.</summary>
    public IAudioCodec Of(AudioFormat format) => _codecs.First(codec => codec.Format == format).Codec;

    /// <summary>The formats with one of them first: a call that changes keeps its codec where it can.</summary>
    public IReadOnlyList<AudioFormat> StartingWith(AudioFormat? format) => format is null ? Formats : [format, .. Formats.Where(other => other != format)];
}
