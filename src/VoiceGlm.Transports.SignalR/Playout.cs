using System.Buffers.Binary;

namespace VoiceGlm.Transports.SignalR;

/// <summary>
/// The speech that the far side has not heard yet, and how much of each reply it has. Sound is kept until the client says that it was
/// played, so that a lost socket loses none, nor a lost call. A reply stays with what began to say it, the socket or a call, as long as that is there.
/// Not thread-safe.
/// </summary>
/// <param name="ahead">How far ahead of what was played speech is sent.</param>
/// <param name="time">The clock that plays on between two messages of the client.</param>
internal sealed class Playout(TimeSpan ahead, TimeProvider time)
{
    /// <summary>Speech that waits here to be sent: the decoder outruns the ear, and back-pressure holds it.</summary>
    public static readonly TimeSpan Capacity = TimeSpan.FromSeconds(1);

    /// <summary>How long a reply is believed to play on when the client says nothing: twice what a client that plays is silent, and a hiccup.</summary>
    public static readonly TimeSpan Extrapolation = TimeSpan.FromMilliseconds(150);

    /// <summary>Replies that are remembered.</summary>
    private const int Remembered = 8;

    private static readonly TimeSpan s_sliceDuration = TimeSpan.FromMilliseconds(20);

    private readonly List<Reply> _replies = [];
    private bool _speaker = true;

    /// <summary>Whether so much waits that no more is taken.</summary>
    public bool IsFull => DurationOf(static reply => reply.Given - reply.Sent) >= Capacity;

    /// <summary>Cuts the next samples of a reply into slices and adds them.</summary>
    /// <returns>Slices added; 0 when the reply was flushed.</returns>
    /// <exception cref="ArgumentException">The reply has had another sample rate.</exception>
    public int Add(TurnId turn, ReadOnlySpan<float> samples, SampleRate sampleRate)
    {
        Reply reply = Find(turn) ?? Remember(turn);
        if (reply.IsFlushed) return 0;
        if (reply.SampleRate is { Hertz: > 0 } && reply.SampleRate != sampleRate)
            throw new ArgumentException($"Reply {turn.Value} has {reply.SampleRate}; a frame of it has {sampleRate}.", nameof(sampleRate));
        reply.SampleRate = sampleRate;
        int added = 0;
        int sliceLength = sampleRate.SamplesIn(s_sliceDuration);
        for (int start = 0; start < samples.Length; start += sliceLength, added++)
        {
            ReadOnlySpan<float> part = samples[start..Math.Min(start + sliceLength, samples.Length)];
            reply.Unheard.Add(new SpeechSlice(turn, reply.Given, sampleRate, ToPcm16(part)));
            reply.Given += part.Length;
        }

        if (!_speaker) reply.PlayAll();
        return added;
    }

    /// <param name="way">Who sends it.</param>
    /// <param name="mayBegin">Whether a reply of which nothing was sent yet may be begun.</param>
    /// <returns>The next slice to send, or <see langword="null"/> when there is none or enough is on its way.</returns>
    public SpeechSlice? Take(SpeechWay way = SpeechWay.Socket, bool mayBegin = true)
    {
        foreach (Reply reply in _replies)
        {
            if (reply.Sent == reply.Given) continue;
            if (reply.Way is { } begun ? begun != way : !mayBegin) return null;
            if (DurationOf(static other => other.Sent - other.Played) >= ahead) return null;
            if (reply.Way is null) (reply.Way, reply.Begun) = (way, reply.Sent);
            if (reply.Sent == reply.Played) reply.PlayedAt = time.GetTimestamp();
            return reply.TakeUnsent();
        }

        return null;
    }

    /// <summary>The call says how much it has heard of what it was given of a reply.</summary>
    /// <param name="turn">The reply.</param>
    /// <param name="heard">How much.</param>
    /// <param name="isAll">Whether it is all that was given.</param>
    public void Acknowledge(TurnId turn, TimeSpan heard, bool isAll)
    {
        if (Find(turn) is not { Way: SpeechWay.Call, IsFlushConfirmed: false } reply) return;
        long position = isAll ? reply.Sent : reply.Begun + reply.SampleRate.SamplesIn(heard);
        reply.Play(Math.Clamp(position, reply.Played, reply.Sent), time.GetTimestamp());
    }

    /// <summary>The call has silenced a reply after so much of what it was given.</summary>
    public void ConfirmFlush(TurnId turn, TimeSpan sent)
    {
        if (Find(turn) is not { Way: SpeechWay.Call } reply) return;
        Acknowledge(turn, sent, isAll: false);
        reply.IsFlushConfirmed = reply.IsFlushed;
    }

    /// <summary>The call is over: what it has not made heard is sent another way.</summary>
    public void LoseCall()
    {
        foreach (Reply reply in _replies)
        {
            if (reply.Way != SpeechWay.Call) continue;
            reply.Way = null;
            if (reply.IsFlushed) reply.IsFlushConfirmed = true;
            else reply.Sent = reply.Played;
        }
    }

    /// <summary>The client has played a reply up to a position.</summary>
    /// <returns>False when so much was never sent; then it counts up to what was.</returns>
    public bool Acknowledge(TurnId turn, long position)
    {
        if (Find(turn) is not { } reply) return false;
        if (reply.IsFlushed && reply.IsFlushConfirmed) return true;
        reply.Play(Math.Clamp(position, reply.Played, reply.Sent), time.GetTimestamp());
        return position <= reply.Sent;
    }

    /// <summary>The client has silenced a reply at a position.</summary>
    public bool ConfirmFlush(TurnId turn, long position)
    {
        bool known = Acknowledge(turn, position);
        if (Find(turn) is { IsFlushed: true } reply) reply.IsFlushConfirmed = true;
        return known;
    }

    /// <summary>A socket begins to carry the speech. What it lacks of the sent is sent again.</summary>
    /// <param name="turn">The reply that the client played last.</param>
    /// <param name="played">How much of it was played.</param>
    /// <param name="needed">The first position that it does not have.</param>
    /// <param name="speaker">Whether it plays sound at all.</param>
    public void Attach(TurnId turn, long played, long needed, bool speaker)
    {
        _speaker = speaker;
        Acknowledge(turn, played);
        foreach (Reply reply in _replies)
        {
            if (reply.Way == SpeechWay.Call) continue;
            if (speaker) reply.Sent = reply.Turn == turn ? Math.Clamp(needed, reply.Played, reply.Sent) : reply.Played;
            else reply.PlayAll();
        }
    }

    /// <summary>Forgets what of a reply was not heard, and what is still to come of it.</summary>
    /// <returns>Whether the client must be told: some of it was sent over the socket and is not known to be played.</returns>
    public bool Flush(TurnId turn)
    {
        Reply reply = Find(turn) ?? Remember(turn);
        bool wasFlushed = reply.IsFlushed;
        reply.IsFlushed = true;
        reply.Given = reply.Sent;
        reply.Unheard.Clear();
        if (reply.Sent == reply.Played) reply.IsFlushConfirmed = true;
        return !wasFlushed && !reply.IsFlushConfirmed && reply.Way != SpeechWay.Call;
    }

    /// <summary>Whether a reply was flushed: what still comes of it is dropped.</summary>
    public bool IsFlushed(TurnId turn) => Find(turn) is { IsFlushed: true };

    /// <summary>Whether what was heard of a flushed reply is known exactly.</summary>
    public bool IsFlushConfirmed(TurnId turn) => Find(turn) is not { IsFlushConfirmed: false };

    /// <summary>Whether all that was given of a reply was played, or the reply was flushed.</summary>
    public bool IsDrained(TurnId turn) => Find(turn) is not { IsFlushed: false } reply || reply.Played == reply.Given;

    /// <summary>How much of a reply is known to have been played.</summary>
    public TimeSpan KnownPlayedOf(TurnId turn) => Find(turn) is { SampleRate.Hertz: > 0 } reply ? reply.SampleRate.DurationOf(reply.Played) : TimeSpan.Zero;

    /// <summary>How much of a reply has been played by now: what is known, and what has passed since, at most <see cref="Extrapolation"/>. Never falls.</summary>
    public TimeSpan PlayedOf(TurnId turn)
    {
        if (Find(turn) is not { SampleRate.Hertz: > 0 } reply) return TimeSpan.Zero;
        TimeSpan played = reply.SampleRate.DurationOf(reply.Played);
        if (reply.Played > 0 && reply.Played < reply.Sent && !reply.IsFlushConfirmed)
        {
            TimeSpan since = time.GetElapsedTime(reply.PlayedAt);
            if (since > Extrapolation) since = Extrapolation;
            TimeSpan sent = reply.SampleRate.DurationOf(reply.Sent);
            played = played + since < sent ? played + since : sent;
        }

        if (played > reply.Told) reply.Told = played;
        return reply.Told;
    }

    private static byte[] ToPcm16(ReadOnlySpan<float> samples)
    {
        byte[] bytes = new byte[samples.Length * sizeof(short)];
        for (int i = 0; i < samples.Length; i++)
        {
            float scaled = MathF.Round(Math.Clamp(samples[i], -1f, 1f) * 32767f);
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(i * sizeof(short)), float.IsNaN(scaled) ? (short)0 : (short)scaled);
        }

        return bytes;
    }

    private TimeSpan DurationOf(Func<Reply, long> samples)
    {
        TimeSpan total = TimeSpan.Zero;
        foreach (Reply reply in _replies)
        {
            if (!reply.IsFlushed && reply.SampleRate.Hertz > 0) total += reply.SampleRate.DurationOf(samples(reply));
        }

        return total;
    }

    private Reply? Find(TurnId turn) => _replies.Find(reply => reply.Turn == turn);

    private Reply Remember(TurnId turn)
    {
        var reply = new Reply(turn);
        _replies.Add(reply);
        if (_replies.Count > Remembered && (_replies[0].IsFlushed || _replies[0].Played == _replies[0].Given)) _replies.RemoveAt(0);
        return reply;
    }

    private sealed class Reply(TurnId turn)
    {
        public TurnId Turn { get; } = turn;

        /// <summary>What began to say it, and at which position; <see langword="null"/> before.</summary>
        public SpeechWay? Way { get; set; }

        public long Begun { get; set; }

        public SampleRate SampleRate { get; set; }

        /// <summary>Slices that the client is not known to have played, in order.</summary>
        public List<SpeechSlice> Unheard { get; } = [];

        public long Given { get; set; }

        public long Sent { get; set; }

        public long Played { get; private set; }

        public long PlayedAt { get; set; }

        public TimeSpan Told { get; set; }

        public bool IsFlushed { get; set; }

        public bool IsFlushConfirmed { get; set; }

        public void Play(long position, long timestamp)
        {
            if (position > Played) PlayedAt = timestamp;
            Played = position;
            Unheard.RemoveAll(slice => slice.Position + slice.Length <= position);
        }

        public void PlayAll()
        {
            Sent = Given;
            Play(Given, PlayedAt);
        }

        /// <summary>The slice at <see cref="Sent"/>, cut when a resumed client needs only its end.</summary>
        public SpeechSlice TakeUnsent()
        {
            SpeechSlice slice = Unheard.Find(candidate => candidate.Position + candidate.Length > Sent)!;
            int skip = (int)(Sent - slice.Position);
            if (skip > 0) slice = slice with { Position = Sent, Pcm16 = slice.Pcm16[(skip * sizeof(short))..] };
            Sent += slice.Length;
            return slice;
        }
    }
}

/// <summary>How speech goes to the far side.</summary>
internal enum SpeechWay
{
    /// <summary>Over the hub's socket, to a player that says what it has played.</summary>
    Socket,

    /// <summary>Over a call.</summary>
    Call,
}
