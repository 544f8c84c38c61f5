namespace VoiceGlm.Tools.Glm;

/// <summary>What kind of thing went wrong: it decides whether to try again, and what the user is told.</summary>
internal enum GlmErrorKind
{
    /// <summary>No connection was made: nothing was sent.</summary>
    Connect,

    /// <summary>The connection was lost after the request was sent: it may have been taken.</summary>
    Lost,

    /// <summary>No answer, or no more of it, in time: it may have been taken.</summary>
    Timeout,

    /// <summary>Too much at once, for the account or the model.</summary>
    Busy,

    /// <summary>An error inside the service.</summary>
    Server,

    /// <summary>The key is not taken.</summary>
    Auth,

    /// <summary>The key may not use the model.</summary>
    Permission,

    /// <summary>The account is empty.</summary>
    Billing,

    /// <summary>The account's share is used up for a while.</summary>
    Quota,

    /// <summary>There is no such model, or it is offline.</summary>
    ModelMissing,

    /// <summary>A parameter is wrong.</summary>
    BadRequest,

    /// <summary>The conversation is too long for the model.</summary>
    TooLong,

    /// <summary>The content is not safe, of the question or of the answer.</summary>
    Moderated,

    /// <summary>A request with this id was sent before: it was taken then.</summary>
    Duplicate,

    /// <summary>The search failed, or found nothing.</summary>
    Search,

    /// <summary>The answer ended before its end.</summary>
    Truncated,

    /// <summary>The answer cannot be read.</summary>
    Malformed,

    /// <summary>The service has failed so often that it is left alone for a while.</summary>
    Unavailable,
}
