using Microsoft.Extensions.Time.Testing;
using VoiceGlm.CallTesting;

namespace VoiceGlm.Rtc.Tests;

/// <summary>Sessions between this process's server and a peer of the tests.</summary>
internal static class Calls
{
    public static readonly AudioFormat[] Formats = [AudioFormat.G722, AudioFormat.Pcmu];

    public static RtcServer Server(Action<RtcOptions>? change = null, TimeProvider? time = null)
    {
        var options = new RtcOptions { Addresses = ["127.0.0.1"] };
        change?.Invoke(options);
        // Time that stands still sends no reports and ends no session by itself.
        return new RtcServer(options, time ?? new FakeTimeProvider());
    }

    /// <summary>A session over which sound flows.</summary>
    public static async Task<(PeerConnection Session, TestPeer Peer, CallRecorder Recorder)> ConnectAsync(
        RtcServer server, SrtpProfile? profile = null, bool overTcp = false, bool echoes = false, string direction = "sendrecv")
    {
        var peer = new TestPeer(server, profile, overTcp);
        var recorder = new CallRecorder { Echoes = echoes };
        PeerConnection session = server.Accept(peer.Offer(direction), Formats, recorder);
        await peer.ConnectAsync(session.Answer);
        await session.Connected.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(PeerState.Securing, await recorder.StateAsync());
        Assert.Equal(PeerState.Connected, await recorder.StateAsync());
        return (session, peer, recorder);
    }

    /// <summary>Sends a packet and waits until it is heard: what was sent before has been handled then.</summary>
    public static async Task<CallRecorder.Heard> PassAsync(TestPeer peer, CallRecorder recorder, ushort sequenceNumber)
    {
        peer.Send(peer.Media(sequenceNumber, 0, [0xAA]));
        return await recorder.HearAsync();
    }
}
