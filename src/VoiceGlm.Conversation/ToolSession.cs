namespace VoiceGlm.Conversation;

/// <summary>What tools see of a session: they show cards, and have things said at a pause. Thread-safe.</summary>
/// <param name="connection">The far side.</param>
/// <param name="language">The language of the service's own sentences.</param>
/// <param name="announce">Takes what is to be said.</param>
/// <param name="ended">Cancelled when the session ends.</param>
internal sealed class ToolSession(IVoiceConnection connection, Func<string> language, Action<string> announce, CancellationToken ended) : IToolSession
{
    private UserImage? _image;

    /// <inheritdoc/>
    public SessionId Id { get; } = new(Guid.NewGuid());

    /// <inheritdoc/>
    public string Language => language();

    /// <inheritdoc/>
    public UserImage? Image
    {
        get => Volatile.Read(ref _image);
        set => Volatile.Write(ref _image, value);
    }

    /// <inheritdoc/>
    public CancellationToken Ended => ended;

    /// <inheritdoc/>
    public ValueTask ShowAsync(string id, Card card, CancellationToken cancellationToken) => connection.SendAsync(new VoiceEvent.CardShown(id, card), cancellationToken);

    /// <inheritdoc/>
    public void Announce(string words) => announce(words);
}
