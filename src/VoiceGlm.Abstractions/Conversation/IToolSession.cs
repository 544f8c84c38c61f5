namespace VoiceGlm;

/// <summary>The conversation that a tool works for. Thread-safe; outlives the turn that called the tool.</summary>
public interface IToolSession
{
    /// <summary>Which it is.</summary>
    SessionId Id { get; }

    /// <summary>The language of the service's own sentences: <c>en</c> or <c>zh</c>.</summary>
    string Language { get; }

    /// <summary>The picture that the user showed last; <see langword="null"/> for none.</summary>
    UserImage? Image { get; }

    /// <summary>Cancelled when the conversation ends.</summary>
    CancellationToken Ended { get; }

    /// <summary>Shows a card, or shows the one of this id anew.</summary>
    /// <param name="id">Id of the card, of the caller's choice.</param>
    /// <param name="card">What it shows.</param>
    /// <param name="cancellationToken">Ends the waiting for the far side.</param>
    ValueTask ShowAsync(string id, Card card, CancellationToken cancellationToken);

    /// <summary>Waits for the user to allow what a card asks.</summary>
    /// <param name="id">Id of the card.</param>
    /// <param name="answerTime">How long they have.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether they do; silence is no.</returns>
    Task<bool> AskAsync(string id, TimeSpan answerTime, CancellationToken cancellationToken);

    /// <summary>Has something said at the next pause, when nobody speaks.</summary>
    /// <param name="words">A sentence or two.</param>
    void Announce(string words);
}

/// <summary>A picture of the user's: a snapshot of the camera, or a file.</summary>
/// <param name="MediaType"><c>image/png</c>, <c>image/jpeg</c> or <c>image/webp</c>, as it begins.</param>
/// <param name="Content">The file.</param>
public sealed record UserImage(string MediaType, ReadOnlyMemory<byte> Content);
