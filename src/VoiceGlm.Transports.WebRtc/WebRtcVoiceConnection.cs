using System.Threading.Channels;
using VoiceGlm.Audio;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.WebRtc;

/// <summary>A call that is a session by itself.</summary>
/// <param name="server">Whose clock the packets arrive by.</param>
/// <param name="codec">What was agreed on.</param>
/// <param name="options">How it is played.</param>
internal sealed class WebRtcVoiceConnection(RtcServer server, IAudioCodec codec, WebRtcVoiceOptions options) : CallSound(server, codec, options), IVoiceConnection
{
    private readonly Channel<VoiceCommand> _commands = Channel.CreateBounded<VoiceCommand>(1);
    private TaskCompletionSource? _changed;

    /// <inheritdoc/>
    public ChannelReader<AudioFrame> Microphone => Heard.Frames;

    /// <inheritdoc/>
    public ChannelReader<VoiceCommand> Commands => _commands.Reader;

    /// <inheritdoc/>
    public async ValueTask PlayAsync(TurnId turn, AudioFrame frame, CancellationToken cancellationToken)
    {
        await WaitUntilAsync(() => IsClosed || !Speech.IsFull || Speech.IsFlushed(turn), cancellationToken);
        lock (Gate)
        {
            if (!IsClosed) Speech.Add(turn, frame.Samples.Span, frame.SampleRate);
        }
    }

    /// <inheritdoc/>
    public TimeSpan PlayedOf(TurnId turn)
    {
        lock (Gate) return Speech.HeardOf(turn, Now);
    }

    /// <inheritdoc/>
    public async ValueTask DrainAsync(TurnId turn, CancellationToken cancellationToken)
    {
        lock (Gate) Speech.Finish(turn);
        await WaitUntilAsync(() => IsClosed || Speech.IsFlushed(turn) || Speech.IsHeard(turn, Now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<TimeSpan> FlushAsync(TurnId turn)
    {
        TimeSpan sent;
        lock (Gate)
        {
            sent = Speech.Flush(turn);
            TellWaiting();
        }

        return ValueTask.FromResult(sent);
    }

    /// <summary>Does nothing: a call by itself has no way to tell events.</summary>
    public ValueTask SendAsync(VoiceEvent voiceEvent, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End("The conversation has ended.");
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void OnBeat()
    {
        lock (Gate) TellWaiting();
    }

    /// <inheritdoc/>
    protected override void OnClosed()
    {
        TellWaiting();
        _commands.Writer.TryComplete();
    }

    private void TellWaiting()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    private async ValueTask WaitUntilAsync(Func<bool> isTrue, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource changed;
            lock (Gate)
            {
                if (isTrue()) return;
                changed = _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            await changed.Task.WaitAsync(cancellationToken);
        }
    }
}
