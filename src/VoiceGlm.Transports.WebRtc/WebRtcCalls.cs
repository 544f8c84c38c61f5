using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VoiceGlm.Audio;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.WebRtc;

/// <summary>
/// The calls of the service. Those that are sessions by themselves it runs and finds by their addresses; those that carry another transport's sessions
/// belong to these. Thread-safe.
/// </summary>
internal sealed partial class WebRtcCalls(
    RtcServer server, IServiceScopeFactory scopes, IOptions<WebRtcVoiceOptions> options, IHostApplicationLifetime lifetime, ILogger<WebRtcCalls> logger)
    : ICallCarrier, IDisposable
{
    private readonly ConcurrentDictionary<string, WebRtcCall> _calls = new();
    private readonly (IAudioCodec Codec, AudioFormat Format)[] _codecs =
        [.. AudioCodecs.Available.Select(static codec => (codec, new AudioFormat(codec.Name, codec.ClockRate, codec.Channels, codec.FormatParameters)))];

    // One beat per core: sound is coded in it.
    private readonly MediaClock[] _clocks = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(static _ => new MediaClock())];

    /// <summary>Whether new calls are taken: not when the service is stopping.</summary>
    public bool IsOpen => !lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Begins a call that is a session by itself.</summary>
    /// <param name="offer">The offer, SDP.</param>
    /// <exception cref="SdpException">The offer cannot be read or met.</exception>
    /// <exception cref="InvalidOperationException">There are as many calls as there may be.</exception>
    public WebRtcCall Begin(string offer)
    {
        WebRtcVoiceConnection connection = Accept(offer, codec => new WebRtcVoiceConnection(server, codec, options.Value), out PeerConnection peer);
        var call = new WebRtcCall(peer, connection, offer);
        _calls[call.Id] = call;
        _ = RunAsync(call);
        return call;
    }

    /// <inheritdoc/>
    public ICarriedCall Answer(string offer, ICarriedSession session)
    {
        try
        {
            if (!IsOpen) throw new CallRefusedException("The service is stopping.");
            CarriedCall call = Accept(offer, codec => new CarriedCall(server, codec, options.Value, session), out _);
            _ = RunAsync(call);
            return call;
        }
        catch (SdpException exception)
        {
            throw new CallRefusedException(exception.Message, exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new CallRefusedException("All lines are taken.", exception);
        }
    }

    /// <summary>The call of an address, or <see langword="null"/>.</summary>
    public WebRtcCall? Find(string id) => _calls.GetValueOrDefault(id);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (MediaClock clock in _clocks) clock.Dispose();
    }

    private T Accept<T>(string offer, Func<IAudioCodec, T> create, out PeerConnection peer)
        where T : CallSound
    {
        AudioAnswer agreed = AudioAnswer.Agree(AudioOffer.Parse(offer), _codecs.Select(static codec => codec.Format));
        (IAudioCodec codec, AudioFormat format) = _codecs.First(codec => codec.Format == agreed.Audio.Format);
        T sound = create(codec);
        try
        {
            peer = server.Accept(offer, [format], sound);
        }
        catch
        {
            sound.End("It did not come to be.");
            throw;
        }

        sound.Begin(peer);
        CallBegan(logger, format.Name);
        return sound;
    }

    private MediaClock LeastBusyClock() => _clocks.MinBy(static clock => clock.Count)!;

    private async Task RunAsync(CarriedCall call)
    {
        await Task.Yield();
        CallEnded(logger, await call.RunAsync(LeastBusyClock));
    }

    private async Task RunAsync(WebRtcCall call)
    {
        await Task.Yield();
        Action beat = call.Connection.Beat;
        MediaClock? clock = null;
        try
        {
            // Who never connects needs no place in a conversation.
            await call.Peer.Connected;
            clock = LeastBusyClock();
            clock.Add(beat);
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IVoiceConnectionHandler>().RunAsync(call.Connection, new SessionSettings(), lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // It did not come to be, or the service is stopping.
        }
        catch (Exception exception)
        {
            CallFailed(logger, exception);
        }

        clock?.Remove(beat);
        await call.Connection.DisposeAsync();
        _calls.TryRemove(call.Id, out _);
        CallEnded(logger, await call.Peer.Closed);
    }

    [LoggerMessage(1100, LogLevel.Information, "A call began, coded in {Codec}", EventName = nameof(CallBegan))]
    private static partial void CallBegan(ILogger logger, string codec);

    [LoggerMessage(1101, LogLevel.Information, "A call is over: {Reason}", EventName = nameof(CallEnded))]
    private static partial void CallEnded(ILogger logger, string reason);

    [LoggerMessage(1102, LogLevel.Error, "A call failed", EventName = nameof(CallFailed))]
    private static partial void CallFailed(ILogger logger, Exception exception);
}
