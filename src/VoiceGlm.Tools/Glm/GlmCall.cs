namespace VoiceGlm.Tools.Glm;

/// <summary>How a request is made, whatever is in it.</summary>
/// <param name="Path">Its path under the base, or a whole address.</param>
/// <param name="Role">What its model is for.</param>
internal sealed record GlmCall(string Path, GlmRole Role)
{
    /// <summary>How long to wait for the answer to begin.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for the next event of a stream.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether it costs each time that it is taken.</summary>
    public bool IsBillable { get; init; }

    /// <summary>The id that the service knows the request by; the same when it is sent again.</summary>
    public string RequestId { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>A chat.</summary>
    public static GlmCall Chat(GlmRole role) => new("chat/completions", role);

    /// <summary>A chat whose model thinks before it answers.</summary>
    public static GlmCall Reasoning(GlmRole role) => new("chat/completions", role) { IdleTimeout = TimeSpan.FromSeconds(60) };

    /// <summary>A picture.</summary>
    public static GlmCall Picture() => new("images/generations", GlmRole.Picture) { HeaderTimeout = TimeSpan.FromSeconds(90), IsBillable = true };

    /// <summary>A film.</summary>
    public static GlmCall Video(string requestId) => new("videos/generations", GlmRole.Video) { IsBillable = true, RequestId = requestId };
}
