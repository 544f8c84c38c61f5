using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace VoiceGlm.TurnDetection;

/// <summary>How turns are told apart. What a session may set for itself is in <see cref="SessionSettings"/>.</summary>
public sealed class TurnDetectionOptions : IValidatableObject
{
    /// <summary>Where these options are in the configuration.</summary>
    public const string SectionName = "VoiceGlm:TurnDetection";

    /// <summary>Whether the voice activity network is used where it is there; otherwise speech is told by its energy.</summary>
    public bool UseNetwork { get; set; } = true;

    /// <summary>Path of the voice activity network; <see langword="null"/>: beside the program, and by energy if it is not there.</summary>
    public string? NetworkPath { get; set; }

    /// <summary>Probability from which a window counts as speech.</summary>
    [Range(0.05, 0.95)]
    public float SpeechThreshold { get; set; } = 0.5f;

    /// <summary>How far the probability must fall below <see cref="SpeechThreshold"/> before speech that has begun counts as silence.</summary>
    [Range(0.0, 0.5)]
    public float SpeechHysteresis { get; set; } = 0.15f;

    /// <summary>Speech before anything is said to have begun; clicks are shorter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.032", "00:00:01")]
    public TimeSpan MinimumSpeech { get; set; } = TimeSpan.FromMilliseconds(96);

    /// <summary>What an utterance takes along from before the first sound that was recognized: soft first sounds are in it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan PreRoll { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Silence after which the user has perhaps finished, and a reply may be prepared.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:02")]
    public TimeSpan PauseSilence { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Silence after which the user has finished, before anything is known of their own pauses.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:10")]
    public TimeSpan EndSilence { get; set; } = TimeSpan.FromMilliseconds(600);

    /// <summary>The least that <see cref="EndSilence"/> becomes for a user who pauses briefly.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:10")]
    public TimeSpan ShortestEndSilence { get; set; } = TimeSpan.FromMilliseconds(450);

    /// <summary>The most that <see cref="EndSilence"/> becomes for a user who pauses long. Equal to the least: nothing adapts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:10")]
    public TimeSpan LongestEndSilence { get; set; } = TimeSpan.FromMilliseconds(1200);

    /// <summary>Length at which an utterance is ended though the user speaks on.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MaximumUtterance { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether the user may speak over the reply.</summary>
    public bool AllowInterruption { get; set; } = true;

    /// <summary>Speech over a reply that makes it play more softly.</summary>
    [Range(typeof(TimeSpan), "00:00:00.032", "00:00:01")]
    public TimeSpan SuspectInterruption { get; set; } = TimeSpan.FromMilliseconds(64);

    /// <summary>Speech over a reply that stops it. A cough or a "mm-hm" is shorter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.064", "00:00:03")]
    public TimeSpan ConfirmInterruption { get; set; } = TimeSpan.FromMilliseconds(320);

    /// <summary>Silence after which a suspected interruption was none.</summary>
    [Range(typeof(TimeSpan), "00:00:00.064", "00:00:03")]
    public TimeSpan DismissInterruption { get; set; } = TimeSpan.FromMilliseconds(320);

    /// <summary>How much louder than the expected echo a band must be to count as somebody else's, in dB.</summary>
    [Range(0.0, 20.0)]
    public float EchoMarginDb { get; set; } = 3;

    /// <summary>Sounding reply, of a whole session, before which no interruption is confirmed: until then the echo is not known well.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan EchoGuard { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ShortestEndSilence > EndSilence || EndSilence > LongestEndSilence)
        {
            yield return new ValidationResult(
                $"{nameof(EndSilence)} ({EndSilence}) must lie between {nameof(ShortestEndSilence)} ({ShortestEndSilence}) and {nameof(LongestEndSilence)} ({LongestEndSilence}).");
        }

        if (PauseSilence > ShortestEndSilence)
        {
            yield return new ValidationResult($"{nameof(PauseSilence)} ({PauseSilence}) must not exceed {nameof(ShortestEndSilence)} ({ShortestEndSilence}).");
        }

        if (SuspectInterruption > ConfirmInterruption)
        {
            yield return new ValidationResult(
                $"{nameof(SuspectInterruption)} ({SuspectInterruption}) must not exceed {nameof(ConfirmInterruption)} ({ConfirmInterruption}).");
        }
    }
}

[OptionsValidator]
internal sealed partial class TurnDetectionOptionsValidator : IValidateOptions<TurnDetectionOptions>;
