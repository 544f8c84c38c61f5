namespace VoiceGlm.Conversation;

/// <summary>Notes when the steps of a turn were done, and tells where the time went. Set by one thread at a time.</summary>
internal sealed class TurnClock(TimeProvider time)
{
    private TimeSpan _endpoint;
    private TimeSpan _heard;
    private long _decided;
    private long _guessed;
    private long _tokenized;
    private long _read;
    private long _firstToken;
    private long _firstBlock;
    private long _firstAudio;

    /// <summary>This moment.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>When the user's end was decided, or zero.</summary>
    public long Decided => _decided;

    /// <summary>The user has finished.</summary>
    /// <param name="at">When that was decided.</param>
    /// <param name="endpoint">How long after their last sound.</param>
    public void Decide(long at, TimeSpan endpoint)
    {
        (_decided, _endpoint) = (at, endpoint);
        // Frames that were still waiting when it was decided were not heard ahead.
        TimeSpan late = time.GetElapsedTime(at);
        _heard = _heard > late ? _heard - late : TimeSpan.Zero;
    }

    /// <summary>The time since a moment went into hearing what the user says while they speak.</summary>
    public void HeardAhead(long since) => _heard += time.GetElapsedTime(since);

    /// <summary>A reply was begun before the end was decided.</summary>
    public void Guess()
    {
        _guessed = time.GetTimestamp();
        _tokenized = _read = _firstToken = _firstBlock = 0;
    }

    /// <summary>The guess was wrong.</summary>
    public void Forget() => _guessed = 0;

    /// <summary>All speech tokens of the utterance are there.</summary>
    public void Tokenized() => Note(ref _tokenized);

    /// <summary>The model has read them.</summary>
    public void Read() => Note(ref _read);

    /// <summary>The first part of the reply is there.</summary>
    public void FirstToken() => Note(ref _firstToken);

    /// <summary>The first block of speech is there.</summary>
    public void FirstBlock() => Note(ref _firstBlock);

    /// <summary>The first frame is given to the connection.</summary>
    public void FirstAudio() => Note(ref _firstAudio);

    /// <summary>Where the time went.</summary>
    public TurnTimings ToTimings()
    {
        long from = _decided;
        TimeSpan tokenize = Step(ref from, _tokenized);
        TimeSpan prefill = Step(ref from, _read);
        TimeSpan firstToken = Step(ref from, _firstToken);
        TimeSpan firstBlock = Step(ref from, _firstBlock);
        TimeSpan firstAudio = _firstAudio > _decided ? time.GetElapsedTime(_decided, _firstAudio) : TimeSpan.Zero;
        long ready = _firstBlock == 0 ? _decided : Math.Min(_decided, _firstBlock);
        TimeSpan guessed = _guessed != 0 && ready > _guessed ? time.GetElapsedTime(_guessed, ready) : TimeSpan.Zero;
        return new TurnTimings(_endpoint, tokenize, prefill, firstToken, firstBlock, firstAudio, _heard, guessed);
    }

    // What was done before the decision took no time after it.
    private TimeSpan Step(ref long from, long to)
    {
        if (to <= from) return TimeSpan.Zero;
        TimeSpan elapsed = time.GetElapsedTime(from, to);
        from = to;
        return elapsed;
    }

    private void Note(ref long moment)
    {
        if (moment == 0) moment = time.GetTimestamp();
    }
}
