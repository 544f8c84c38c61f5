namespace VoiceGlm.Tools.Filming;

/// <summary>A film that was asked for, as the journal has it.</summary>
/// <param name="Id">Its name here; cannot be guessed.</param>
/// <param name="Session">The conversation that asked.</param>
/// <param name="Prompt">What is to be seen.</param>
/// <param name="Begun">When it was asked for.</param>
/// <param name="Step">How far it is.</param>
internal sealed record VideoJob(string Id, Guid Session, string Prompt, DateTimeOffset Begun, VideoJobStep Step)
{
    /// <summary>The job as the service knows it, once it was taken.</summary>
    public string? TaskId { get; init; }

    /// <summary>The film among the results.</summary>
    public string? Film { get; init; }

    /// <summary>Its poster among the results.</summary>
    public string? Poster { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether something is still to come.</summary>
    public bool IsOpen => Step is VideoJobStep.Submitting or VideoJobStep.Running;

    /// <summary>How it stands, for a card.</summary>
    public JobState State => Step switch
    {
        VideoJobStep.Succeeded => JobState.Succeeded,
        VideoJobStep.Cancelled => JobState.Cancelled,
        VideoJobStep.Failed => JobState.Failed,
        _ => JobState.Running,
    };
}

/// <summary>How far a job is.</summary>
internal enum VideoJobStep
{
    /// <summary>The service is being asked: whether it has taken the job is not known.</summary>
    Submitting,

    /// <summary>The service has taken it.</summary>
    Running,

    /// <summary>The film is here.</summary>
    Succeeded,

    /// <summary>There will be no film.</summary>
    Failed,

    /// <summary>Nobody wants it any more.</summary>
    Cancelled,
}
