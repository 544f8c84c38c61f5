using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Transports.WebRtc;

/// <summary>How calls are played. Where they are reached, and how many there may be, are <see cref="Rtc.RtcOptions"/>.</summary>
public sealed class WebRtcVoiceOptions
{
    /// <summary>Where these options are in the configuration.</summary>
    public const string SectionName = "VoiceGlm:WebRtc";

    /// <summary>From sending a packet to its sound: half of the way there and back, and the browser's own jitter buffer. Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:02")]
    public TimeSpan PlayoutDelay { get; set; } = TimeSpan.FromMilliseconds(100);
}

[OptionsValidator]
internal sealed partial class WebRtcVoiceOptionsValidator : IValidateOptions<WebRtcVoiceOptions>;
