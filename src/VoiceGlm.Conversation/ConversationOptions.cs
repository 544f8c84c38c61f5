using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Conversation;

/// <summary>How conversations are held.</summary>
public sealed class ConversationOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "VoiceGlm:Conversation";

    /// <summary>Conversations at once; further ones wait. Default: 8.</summary>
    [Range(1, 10_000)]
    public int MaxSessions { get; set; } = 8;

    /// <summary>Conversations that may wait for a place; further ones are refused. Default: 32.</summary>
    [Range(0, 100_000)]
    public int MaxQueuedSessions { get; set; } = 32;

    /// <summary>What the model is told before the conversation; <see langword="null"/> for the prompt it was trained on.</summary>
    public string? SystemPrompt { get; set; }

    /// <summary>What the user is greeted with; empty for no greeting. The model is asked to say it.</summary>
    public string Greeting { get; set; } = "";

    /// <summary>How the model is asked to greet; <c>{0}</c> is the greeting.</summary>
    [Required]
    public string GreetingInstruction { get; set; } = "Greet the user. Say exactly this: {0}";

    /// <summary>A session in which nobody speaks for so long is ended. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A session is ended after so long, whatever happens in it. Default: 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan SessionLimit { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether a reply is begun at a short pause, and held until the user has certainly finished. Default: yes.</summary>
    public bool GuessTheEnd { get; set; } = true;

    /// <summary>Whether the user may speak over a reply. Default: yes.</summary>
    public bool AllowInterruption { get; set; } = true;

    /// <summary>Factor for a reply's loudness while it is unsure whether the user speaks, in [0, 1]. Default: 0.3.</summary>
    [Range(0.0, 1.0)]
    public float DuckedGain { get; set; } = 0.3f;

    /// <summary>Tokens of the model's context that are kept free for an utterance and its reply; the oldest turns leave for it. Default: 1500.</summary>
    [Range(1, 1_000_000)]
    public int ReservedTokens { get; set; } = 1500;

    /// <summary>Longest text that a user may send, in characters. Default: 4000.</summary>
    [Range(1, 1_000_000)]
    public int MaxTextLength { get; set; } = 4000;

    /// <summary>
    /// Whether tools are looked for in what the user says, for a model that was not taught to call them. What is spoken is written down by the model first,
    /// which takes its time at each turn. Default: no.
    /// </summary>
    public bool RouteTools { get; set; }

    /// <summary>How the model is asked to write down what it heard.</summary>
    [Required]
    public string TranscriptInstruction { get; set; } = "Write down exactly what I just said, and nothing else.";

    /// <summary>Whether what was written and said is told to the log. Off by default: conversations are nobody else's.</summary>
    public bool LogTranscripts { get; set; }
}

/// <summary>Checks <see cref="ConversationOptions"/> when the service starts.</summary>
[OptionsValidator]
internal sealed partial class ConversationOptionsValidator : IValidateOptions<ConversationOptions>;
