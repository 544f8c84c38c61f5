using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Transports.SignalR;

/// <summary>What the hub allows.</summary>
public sealed class SignalRVoiceOptions
{
    /// <summary>Where these options are in the configuration.</summary>
    public const string SectionName = "VoiceGlm:SignalR";

    /// <summary>Origins besides the service's own whose pages may connect, such as <c>https://shop.example</c>; <c>*</c> allows all. Default: none.</summary>
    [Required]
    public string[] AllowedOrigins { get; set; } = [];

    /// <summary>Sessions at one time, those that wait to be resumed included; more are told <c>capacity</c>. Default 256.</summary>
    [Range(1, 100_000)]
    public int MaximumSessions { get; set; } = 256;

    /// <summary>How long a session whose connection was lost can be resumed. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan ResumeWithin { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How far ahead of what was played speech is sent. Shorter starves distant clients, longer does nothing for near ones. Default 400 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:05")]
    public TimeSpan PlayoutAhead { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How long barge-in waits for the client to say what was heard; after that it is estimated. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a socket may be open without a conversation. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Characters of a text, a greeting or a system prompt. Default 4,000.</summary>
    [Range(1, 8_000)]
    public int MaximumTextLength { get; set; } = 4_000;

    /// <summary>Whether a client may say what the model is told before the conversation. Off by default: a visitor of a page could otherwise make the assistant say anything in its owner's name.</summary>
    public bool AllowSystemPrompt { get; set; }
}

[OptionsValidator]
internal sealed partial class SignalRVoiceOptionsValidator : IValidateOptions<SignalRVoiceOptions>;
