namespace VoiceGlm.Transports.SignalR;

/// <summary>The events of a session that the client may still need, in order. Not thread-safe.</summary>
internal sealed class EventLog
{
    /// <summary>Events that are kept at most: a client says at least every 64 what it has, and a reply is about 15 a second.</summary>
    public const int Capacity = 512;

    private readonly List<ServerMessage> _kept = [];
    private long _nextToSend = 1;

    /// <summary>Sequence of the newest event, 0 for none.</summary>
    public long Last { get; private set; }

    /// <summary>Whether no more fits until the client says that it has some.</summary>
    public bool IsFull => _kept.Count >= Capacity;

    /// <summary>Whether the client has everything.</summary>
    public bool IsEmpty => _kept.Count == 0;

    /// <summary>Whether everything was sent.</summary>
    public bool IsSent => _nextToSend > Last;

    private long First => Last - _kept.Count + 1;

    /// <summary>Adds one; also when the log is full, for the few that cannot wait.</summary>
    /// <param name="create">Makes the event for its sequence.</param>
    public void Append(Func<long, ServerMessage> create) => _kept.Add(create(++Last));

    /// <returns>The next event to send, or <see langword="null"/>.</returns>
    public ServerMessage? Take() => IsSent ? null : _kept[(int)(_nextToSend++ - First)];

    /// <summary>The client has the events up to <paramref name="sequence"/>.</summary>
    public void Acknowledge(long sequence) =>
        _kept.RemoveRange(0, (int)Math.Clamp(Math.Min(sequence, _nextToSend - 1) - First + 1, 0, _kept.Count));

    /// <summary>Another socket has the events up to <paramref name="sequence"/>; the later ones are sent again.</summary>
    public void Rewind(long sequence)
    {
        _nextToSend = Math.Clamp(sequence + 1, First, Last + 1);
        Acknowledge(sequence);
    }
}
