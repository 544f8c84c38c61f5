namespace VoiceGlm.Audio;

/// <summary>
/// The speech of one call, from what a session gives at any rate to packets at the codec's, and how much of each reply was sent. Replies follow
/// each other in the order in which they began. Not thread-safe.
/// </summary>
/// <param name="rate">The codec's rate.</param>
/// <param name="onItsWay">From sending a packet to the end of its sound.</param>
public sealed class CallSpeech(SampleRate rate, TimeSpan onItsWay)
{
    /// <summary>Speech that waits here to be sent: the decoder outruns the ear, and back-pressure holds it.</summary>
    public static readonly TimeSpan Capacity = TimeSpan.FromSeconds(1);

    // Replies that are remembered: those before the last few are asked for no more.
    private const int Remembered = 8;

    private readonly List<Reply> _replies = [];

    /// <summary>Samples that wait to be sent.</summary>
    public int Waiting
    {
        get
        {
            int waiting = 0;
            foreach (Reply reply in _replies) waiting += reply.Waiting.Count;
            return waiting;
        }
    }

    /// <summary>Whether so much waits that no more is taken.</summary>
    public bool IsFull => rate.DurationOf(Waiting) >= Capacity;

    /// <summary>Adds the next samples of a reply.</summary>
    /// <returns>False where the reply was flushed: they are dropped.</returns>
    /// <exception cref="ArgumentException">The reply has had another sample rate.</exception>
    public bool Add(TurnId turn, ReadOnlySpan<float> samples, SampleRate sampleRate)
    {
        Reply reply = FindOrRemember(turn);
        if (reply.IsFlushed) return false;
        if (reply.Source is { } before && before != sampleRate) throw new ArgumentException($"Reply {turn.Value} has {before}; a frame of it has {sampleRate}.", nameof(sampleRate));
        reply.Source = sampleRate;
        reply.Resampler ??= new Resampler(sampleRate, rate, ResamplerFilter.Flat);
        Span<float> room = reply.Waiting.Reserve(reply.Resampler.OutputCapacity(samples.Length));
        reply.Waiting.Commit(reply.Resampler.Process(samples, room));
        return true;
    }

    /// <summary>Nothing more comes of a reply for now: what a filter still holds of it is sent too.</summary>
    public void Finish(TurnId turn)
    {
        if (Find(turn) is not { IsFlushed: false, Resampler: { } resampler } reply) return;
        Span<float> room = reply.Waiting.Reserve(resampler.TailLength);
        reply.Waiting.Commit(resampler.Tail(room));
        reply.Resampler = null;
    }

    /// <summary>Takes the next packet's worth: speech, and silence where there is none.</summary>
    /// <param name="packet">Written whole.</param>
    /// <param name="now">When it is sent.</param>
    /// <returns>How many samples are speech.</returns>
    public int Take(Span<float> packet, TimeSpan now)
    {
        int taken = 0;
        foreach (Reply reply in _replies)
        {
            int count = reply.Waiting.Take(packet[taken..]);
            if (count == 0) continue;
            taken += count;
            reply.Sent += count;
            reply.SentAt = now;
        }

        packet[taken..].Clear();
        return taken;
    }

    /// <summary>Forgets what waits of a reply, and what is still to come of it. What was sent sounds: nobody can call it back.</summary>
    /// <returns>How much of it was sent.</returns>
    public TimeSpan Flush(TurnId turn)
    {
        Reply reply = FindOrRemember(turn);
        reply.IsFlushed = true;
        reply.Waiting.Clear();
        reply.Resampler = null;
        return rate.DurationOf(reply.Sent);
    }

    /// <summary>Whether a reply was flushed.</summary>
    public bool IsFlushed(TurnId turn) => Find(turn) is { IsFlushed: true };

    /// <summary>Whether nothing of a reply waits, and what was sent of it has been heard to its end.</summary>
    public bool IsHeard(TurnId turn, TimeSpan now) => Find(turn) is not { } reply || (reply.Waiting.Count == 0 && LeftOf(reply, now) == TimeSpan.Zero);

    /// <summary>How much of a reply has been heard at a time: what was sent, less what is on its way. Never falls.</summary>
    public TimeSpan HeardOf(TurnId turn, TimeSpan now)
    {
        if (Find(turn) is not { Sent: > 0 } reply) return TimeSpan.Zero;
        TimeSpan heard = rate.DurationOf(reply.Sent) - LeftOf(reply, now);
        if (heard > reply.Heard) reply.Heard = heard;
        return reply.Heard;
    }

    // Until what was sent last has been heard.
    private TimeSpan LeftOf(Reply reply, TimeSpan now) => reply.Sent > 0 && reply.SentAt + onItsWay > now ? reply.SentAt + onItsWay - now : TimeSpan.Zero;

    private Reply? Find(TurnId turn) => _replies.Find(reply => reply.Turn == turn);

    private Reply FindOrRemember(TurnId turn)
    {
        if (Find(turn) is { } known) return known;
        foreach (Reply before in _replies) Finish(before.Turn);
        var reply = new Reply(turn);
        _replies.Add(reply);
        if (_replies.Count > Remembered && _replies[0].Waiting.Count == 0) _replies.RemoveAt(0);
        return reply;
    }

    private sealed class Reply(TurnId turn)
    {
        public TurnId Turn { get; } = turn;

        public SampleRate? Source { get; set; }

        public Resampler? Resampler { get; set; }

        public SampleQueue Waiting { get; } = new();

        public long Sent { get; set; }

        public TimeSpan SentAt { get; set; }

        public TimeSpan Heard { get; set; }

        public bool IsFlushed { get; set; }
    }
}
