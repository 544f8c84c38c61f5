using System.Buffers.Binary;
using System.Threading.Channels;

namespace VoiceGlm.Transports.SignalR;

/// <summary>
/// The place for the call that carries a session's sound instead of the socket, one at a time. The client begins it, moves it to another network and
/// hangs it up; when it is over, sound goes over the socket again. Thread-safe. Nothing here calls a call with the session's gate held: a call's clock
/// comes the other way.
/// </summary>
internal sealed class CallSlot
{
    private readonly ICallCarrier? _carrier;
    private readonly Lock _gate;
    private readonly Playout _playout;
    private readonly MicrophoneInput _input;
    private readonly ChannelWriter<AudioFrame> _microphone;
    private readonly EventLog _events;
    private readonly Pulse _changed;
    private Leg? _leg;
    private bool _isClosed;

    /// <param name="carrier">What answers offers; <see langword="null"/> where the service has nothing that does.</param>
    /// <param name="gate">The session's gate, which guards what follows.</param>
    /// <param name="playout">Speech that was not heard yet.</param>
    /// <param name="input">Places of the microphone's frames.</param>
    /// <param name="microphone">What the microphone heard.</param>
    /// <param name="events">What the client is told.</param>
    /// <param name="changed">Raised when any of it changed.</param>
    public CallSlot(
        ICallCarrier? carrier, Lock gate, Playout playout, MicrophoneInput input, ChannelWriter<AudioFrame> microphone, EventLog events, Pulse changed) =>
        (_carrier, _gate, _playout, _input, _microphone, _events, _changed) = (carrier, gate, playout, input, microphone, events, changed);

    /// <summary>Whether sound goes over a call now. Read with the gate held.</summary>
    public bool IsCarrying => _leg is { IsConnected: true };

    /// <summary>Answers the client's offer; a call before is hung up.</summary>
    /// <param name="number">The client's number of the call.</param>
    /// <param name="offer">SDP.</param>
    public void Begin(long number, string offer)
    {
        HangUp();
        var leg = new Leg(this, number);
        try
        {
            if (_carrier is null) throw new CallRefusedException("This service takes no calls.");
            ICarriedCall call = _carrier.Answer(offer, leg);
            leg.Call = call;
            bool isTaken;
            lock (_gate)
            {
                isTaken = !_isClosed;
                if (isTaken) _leg = leg;
            }

            if (isTaken) Tell(number, CallState.Answered, call.Answer);
            else call.HangUp();
        }
        catch (CallRefusedException exception)
        {
            Tell(number, CallState.Ended, exception.Message);
        }
    }

    /// <summary>Answers another offer of the same call: the client comes from another network now. What cannot be answered ends the call.</summary>
    /// <param name="number">The client's number of the call.</param>
    /// <param name="offer">SDP.</param>
    public void Restart(long number, string offer)
    {
        Leg? leg;
        lock (_gate) leg = _leg?.Number == number ? _leg : null;
        try
        {
            if (leg is null) throw new CallRefusedException("The call is over.");
            Tell(number, CallState.Answered, leg.Call!.Restart(offer));
        }
        catch (CallRefusedException exception)
        {
            if (leg is not null) HangUp();
            Tell(number, CallState.Ended, exception.Message);
        }
    }

    /// <summary>Another socket begins: a call that its client does not have is hung up.</summary>
    /// <param name="number">The client's call, or 0.</param>
    public void Keep(long number)
    {
        bool isKnown;
        lock (_gate) isKnown = _leg is null || _leg.Number == number;
        if (!isKnown) HangUp();
    }

    /// <summary>Ends the call, if there is one. The client, who wanted it so, is told nothing.</summary>
    public void HangUp()
    {
        Leg? leg;
        lock (_gate) leg = Forget();
        if (leg is null) return;
        leg.Call!.HangUp();
        _changed.Raise();
    }

    /// <summary>The session is over: ends the call, and no other begins.</summary>
    public void Close()
    {
        lock (_gate) _isClosed = true;
        HangUp();
    }

    /// <summary>Silences a reply where a call says it. <see cref="Playout.Flush"/> and <see cref="Playout.ConfirmFlush(TurnId, TimeSpan)"/> follow.</summary>
    /// <returns>How much was sent of what the call was given of it.</returns>
    public TimeSpan Flush(TurnId turn)
    {
        ICarriedCall? call;
        lock (_gate) call = _leg?.Call;
        return call?.Flush(turn) ?? TimeSpan.Zero;
    }

    private static float[] ToFloats(ReadOnlySpan<byte> pcm16)
    {
        float[] samples = new float[pcm16.Length / sizeof(short)];
        for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(pcm16[(i * sizeof(short))..]) / 32768f;
        return samples;
    }

    private Leg? Forget()
    {
        Leg? leg = _leg;
        _leg = null;
        if (leg is not null) _playout.LoseCall();
        return leg;
    }

    private void Tell(long number, CallState state, string? detail)
    {
        lock (_gate) _events.Append(sequence => new ServerMessage.Call(sequence, number, state, detail));
        _changed.Raise();
    }

    // One call. What a call says that is not the session's any more changes nothing.
    private sealed class Leg(CallSlot slot, long number) : ICarriedSession
    {
        public long Number => number;

        public ICarriedCall? Call { get; set; }

        public bool IsConnected { get; private set; }

        public void OnConnected()
        {
            lock (slot._gate)
            {
                if (slot._leg != this) return;
                IsConnected = true;
            }

            slot.Tell(number, CallState.Connected, null);
        }

        public void OnEnded(string reason)
        {
            lock (slot._gate)
            {
                if (slot._leg != this) return;
                slot.Forget();
            }

            slot.Tell(number, CallState.Ended, reason);
        }

        public void Hear(AudioFrame frame)
        {
            lock (slot._gate)
            {
                if (slot._leg == this) slot._microphone.TryWrite(slot._input.Carry(frame));
            }
        }

        public bool TryTakeSpeech(out TurnId turn, out AudioFrame frame)
        {
            SpeechSlice? slice;
            lock (slot._gate) slice = slot._leg == this ? slot._playout.Take(SpeechWay.Call) : null;
            (turn, frame) = (default, default);
            if (slice is null) return false;
            slot._changed.Raise();
            (turn, frame) = (slice.Turn, new AudioFrame(ToFloats(slice.Pcm16.Span), slice.SampleRate, slice.Position));
            return true;
        }

        public void OnHeard(TurnId turn, TimeSpan heard, bool isAll)
        {
            lock (slot._gate)
            {
                if (slot._leg == this) slot._playout.Acknowledge(turn, heard, isAll);
            }

            if (isAll) slot._changed.Raise();
        }
    }
}

/// <summary>What became of a call.</summary>
internal enum CallState
{
    /// <summary>The offer was answered.</summary>
    Answered,

    /// <summary>Sound goes over it.</summary>
    Connected,

    /// <summary>It is over, or did not come to be: sound goes over the socket.</summary>
    Ended,
}
