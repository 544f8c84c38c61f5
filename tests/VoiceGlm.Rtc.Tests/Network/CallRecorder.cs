using System.Threading.Channels;

namespace VoiceGlm.Rtc.Tests;

/// <summary>What a session told its listener, in order.</summary>
internal sealed class CallRecorder : IPeerListener
{
    private readonly Channel<Heard> _heard = Channel.CreateUnbounded<Heard>();
    private readonly Channel<TelephoneEvent> _keys = Channel.CreateUnbounded<TelephoneEvent>();
    private readonly Channel<ReceptionReport> _reports = Channel.CreateUnbounded<ReceptionReport>();
    private readonly Channel<bool> _byes = Channel.CreateUnbounded<bool>();
    private readonly Channel<PeerState> _states = Channel.CreateUnbounded<PeerState>();

    public sealed record Heard(AudioPacketKind Kind, uint Ssrc, long Sequence, uint Timestamp, bool IsMarked, AudioLevel? Level, byte[] Payload);

    /// <summary>Sends back what it hears.</summary>
    public bool Echoes { get; init; }

    /// <summary>Thrown at the next packet.</summary>
    public Exception? Fails { get; set; }

    public void OnAudio(PeerConnection peer, in AudioPacket packet)
    {
        if (Fails is { } failure) throw failure;
        _heard.Writer.TryWrite(new Heard(packet.Kind, packet.Ssrc, packet.Sequence, packet.Timestamp, packet.IsMarked, packet.Level, packet.Payload.ToArray()));
        if (Echoes) peer.SendAudio(packet.Payload, packet.Timestamp, packet.IsMarked, packet.Level);
    }

    public void OnBye(PeerConnection peer) => _byes.Writer.TryWrite(true);

    public void OnTelephoneEvent(PeerConnection peer, TelephoneEvent telephoneEvent) => _keys.Writer.TryWrite(telephoneEvent);

    public void OnReport(PeerConnection peer, ReceptionReport report) => _reports.Writer.TryWrite(report);

    public void OnStateChanged(PeerConnection peer, PeerState state) => _states.Writer.TryWrite(state);

    public async Task<Heard> HearAsync() => await _heard.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task<TelephoneEvent> KeyAsync() => await _keys.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task<ReceptionReport> ReportAsync() => await _reports.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task ByeAsync() => await _byes.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task<PeerState> StateAsync() => await _states.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
