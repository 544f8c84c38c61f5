using VoiceGlm.Audio;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.WebRtc;

/// <summary>
/// A call that carries the sound of a session that somebody else holds. Speech is fetched as it is sent, so that nothing is lost with the call.
/// </summary>
/// <param name="server">Whose clock the packets arrive by.</param>
/// <param name="codec">What was agreed on.</param>
/// <param name="options">How it is played.</param>
/// <param name="session">Whose sound it is. Never called with the gate held: it has a gate of its own.</param>
internal sealed class CarriedCall(RtcServer server, IAudioCodec codec, WebRtcVoiceOptions options, ICarriedSession session)
    : CallSound(server, codec, options), ICarriedCall
{
    // Replies of which something is still to be heard. Used by the clock alone.
    private readonly List<TurnId> _sounding = [];

    /// <inheritdoc/>
    public string Answer => Peer!.Answer;

    /// <inheritdoc/>
    public string Restart(string offer)
    {
        try
        {
            return Peer!.Renegotiate(offer);
        }
        catch (Exception exception) when (exception is SdpException or InvalidOperationException)
        {
            throw new CallRefusedException(exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public TimeSpan Flush(TurnId turn)
    {
        lock (Gate) return Speech.Flush(turn);
    }

    /// <inheritdoc/>
    public void HangUp() => End("The session hung up.");

    /// <summary>Runs the call on a clock, from the moment at which sound can flow to its end.</summary>
    /// <param name="clock">Chosen when it connects.</param>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(Func<MediaClock> clock)
    {
        try
        {
            await Peer!.Connected;
            session.OnConnected();
            MediaClock beats = clock();
            beats.Add(Beat);
            await Peer.Closed;
            beats.Remove(Beat);
        }
        catch (OperationCanceledException)
        {
            // It did not come to be.
        }

        string reason = await Peer!.Closed;
        session.OnEnded(reason);
        return reason;
    }

    /// <inheritdoc/>
    protected override void BeforeSpeaking()
    {
        while (true)
        {
            lock (Gate)
            {
                if (Speech.Waiting >= PacketSamples) return;
            }

            if (!session.TryTakeSpeech(out TurnId turn, out AudioFrame frame)) break;
            if (!_sounding.Contains(turn)) _sounding.Add(turn);
            lock (Gate) Speech.Add(turn, frame.Samples.Span, frame.SampleRate);
        }

        // No more came: it was the end, and what the resampler holds back belongs to it.
        lock (Gate)
        {
            foreach (TurnId turn in _sounding) Speech.Finish(turn);
        }
    }

    /// <inheritdoc/>
    protected override void AfterBeat()
    {
        while (Heard.Frames.TryRead(out AudioFrame frame)) session.Hear(frame);
        for (int i = _sounding.Count - 1; i >= 0; i--)
        {
            TimeSpan heard;
            bool isAll, isFlushed;
            lock (Gate)
            {
                (heard, isAll, isFlushed) = (Speech.HeardOf(_sounding[i], Now), Speech.IsHeard(_sounding[i], Now), Speech.IsFlushed(_sounding[i]));
            }

            // What was heard of a flushed reply is what the flush said.
            if (!isFlushed) session.OnHeard(_sounding[i], heard, isAll);
            if (isAll || isFlushed) _sounding.RemoveAt(i);
        }
    }
}
