using System.Threading.Channels;

namespace VoiceGlm;

/// <summary>
/// One far side, whatever carries it: its microphone and its wishes come in, speech and events go out. Made by a transport,
/// used by one session. <see cref="PlayAsync"/>, <see cref="FlushAsync"/> and <see cref="SendAsync"/> may be called at the same time.
/// </summary>
public interface IVoiceConnection : IAsyncDisposable
{
    /// <summary>What the user's microphone hears, 16 kHz, in order. Bounded: when nobody reads, the oldest frames are dropped. Completes when the far side is gone for good.</summary>
    ChannelReader<AudioFrame> Microphone { get; }

    /// <summary>What the user asks for. Completes with <see cref="Microphone"/>.</summary>
    ChannelReader<VoiceCommand> Commands { get; }

    /// <summary>Plays speech of a reply, after what was given before. Waits while enough is on its way.</summary>
    /// <param name="turn">The reply. Frames of a reply that was flushed are dropped.</param>
    /// <param name="frame">Its next samples, at any rate; <see cref="AudioFrame.Position"/> counts from the beginning of the reply.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    ValueTask PlayAsync(TurnId turn, AudioFrame frame, CancellationToken cancellationToken);

    /// <summary>How much of a reply's speech has sounded at the far side, as well as it is known. Never falls.</summary>
    TimeSpan PlayedOf(TurnId turn);

    /// <summary>Completes when all frames given of a reply have been played, or the reply was flushed.</summary>
    ValueTask DrainAsync(TurnId turn, CancellationToken cancellationToken);

    /// <summary>Barge-in: forgets what of a reply has not been heard, here and at the far side, within 50 ms.</summary>
    /// <returns>How much was heard.</returns>
    ValueTask<TimeSpan> FlushAsync(TurnId turn);

    /// <summary>Tells the far side something, after what was told before.</summary>
    ValueTask SendAsync(VoiceEvent voiceEvent, CancellationToken cancellationToken);
}

/// <summary>What runs a session over a connection. Transports make connections and hand them to it; neither knows the other.</summary>
public interface IVoiceConnectionHandler
{
    /// <summary>Runs one session until it ends. Does not dispose the connection.</summary>
    /// <param name="connection">The far side.</param>
    /// <param name="settings">What it asked for when it connected.</param>
    /// <param name="cancellationToken">Ends the session: the service is stopping.</param>
    Task RunAsync(IVoiceConnection connection, SessionSettings settings, CancellationToken cancellationToken);
}
