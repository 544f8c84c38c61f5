using Microsoft.Extensions.Time.Testing;
using VoiceGlm.CallTesting;

namespace VoiceGlm.Rtc.Tests;

public sealed class PeerConnectionTests
{
    [Fact]
    public async Task Consent_that_is_not_renewed_stops_the_sound_and_a_check_brings_it_back()
    {
        var time = new FakeTimeProvider();
        await using RtcServer server = Calls.Server(null, time);
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            time.Advance(TimeSpan.FromSeconds(29));
            Assert.True(session.SendAudio([1], 0));
            await peer.CheckAsync(session.Answer);
            time.Advance(TimeSpan.FromSeconds(29));
            Assert.Equal(PeerState.Connected, session.State);
            time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(PeerState.Disconnected, await recorder.StateAsync());
            Assert.False(session.SendAudio([1], 160));
            await peer.CheckAsync(session.Answer);
            Assert.Equal(PeerState.Connected, await recorder.StateAsync());
            Assert.True(session.SendAudio([1], 320));
            time.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal(PeerState.Disconnected, await recorder.StateAsync());
            time.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal("Expected the peer back within 60 s.", await session.Closed);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_moves_the_call_to_another_network_and_keeps_its_keys(bool toTcp)
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server, echoes: true);
        using (peer)
        {
            await Calls.PassAsync(peer, recorder, 1);
            await peer.ReceiveAsync();
            string before = session.Answer;
            peer.Move(server, "moved", toTcp);
            string answer = session.Renegotiate(peer.Offer());
            Assert.NotEqual(TestPeer.Attribute(before, "ice-ufrag"), TestPeer.Attribute(answer, "ice-ufrag"));
            Assert.Equal(2UL, SessionDescription.Parse(answer).SessionVersion);
            await peer.CheckAsync(answer);
            Assert.Equal(2, (await Calls.PassAsync(peer, recorder, 2)).Sequence);
            await peer.ReceiveAsync();
            // The credentials of before are nobody's now.
            peer.Send(peer.Check(before, remoteUfrag: "test"));
            await Calls.PassAsync(peer, recorder, 3);
            Assert.Equal(1, server.Counters.Dropped(PacketDrop.UnknownUser));
        }
    }

    [Fact]
    public async Task Offer_of_the_same_session_changes_the_direction_and_nothing_else()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            string before = session.Answer;
            string held = session.Renegotiate(peer.Offer("inactive"));
            Assert.Equal(TestPeer.Attribute(before, "ice-ufrag"), TestPeer.Attribute(held, "ice-ufrag"));
            Assert.True(SessionDescription.Parse(held).Media[0].Has("inactive"));
            Assert.False(session.SendAudio([1], 0));
            peer.Send(peer.Media(1, 0, [1]));
            session.Renegotiate(peer.Offer("sendrecv"));
            Assert.True(session.SendAudio([1], 0));
            await Calls.PassAsync(peer, recorder, 2);
        }
    }

    [Fact]
    public async Task Offer_with_another_certificate_is_refused_and_the_call_goes_on()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            string before = session.Answer;
            Assert.Throws<SdpException>(() => session.Renegotiate(peer.Offer(fingerprint: Offers.Fingerprint)));
            Assert.Throws<SdpException>(() => session.Renegotiate("v=0"));
            Assert.Equal(before, session.Answer);
            await Calls.PassAsync(peer, recorder, 1);
        }
    }

    [Fact]
    public async Task Goodbye_of_a_source_is_told_and_the_session_goes_on_until_the_association_is_closed()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            await Calls.PassAsync(peer, recorder, 1);
            peer.Send(peer.Control(Compound(writer =>
            {
                writer.AddReceiverReport(peer.Ssrc, []);
                writer.AddBye(peer.Ssrc);
                return writer;
            })));
            await recorder.ByeAsync();
            await Calls.PassAsync(peer, recorder, 2);
            peer.CloseDtls();
            Assert.Equal("The peer closed the DTLS association.", await session.Closed.WaitAsync(TestContext.Current.CancellationToken));
            Assert.Equal(PeerState.Closed, await recorder.StateAsync());
            Assert.Equal(0, server.SessionCount);
            Assert.False(session.SendAudio([1], 0));
        }
    }

    [Fact]
    public async Task Closing_says_goodbye_and_closes_the_association()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            await Calls.PassAsync(peer, recorder, 1);
            session.Close("Enough.");
            session.Close("Again.");
            Assert.Equal("Enough.", await session.Closed);
            byte[] compound = await peer.ReceiveAsync(control: true);
            Assert.Contains(RtcpType.Bye, Types(compound));
            Assert.Throws<InvalidOperationException>(() => session.Renegotiate(peer.Offer()));
            peer.Send(peer.Media(2, 0, [1]));
        }
    }

    [Fact]
    public async Task Keys_are_heard_once_and_sent_as_packets_of_one_press()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            var presses = new TelephoneEventPresses(TelephoneEvent.CodeOf('#'), 320, 160);
            var payload = new byte[TelephoneEvent.Length];
            for (ushort i = 0; presses.TryNext(out TelephoneEvent next, out bool isFirst); i++)
            {
                next.Write(payload);
                peer.Send(peer.Media(i, 1_000, payload, payloadType: 126, isMarked: isFirst));
                Assert.True(session.SendTelephoneEvent(next, 5_000, isFirst));
            }

            Assert.Equal(('#', false), (await recorder.KeyAsync()) is var begin ? (begin.Key, begin.IsEnd) : default);
            Assert.Equal(('#', true), (await recorder.KeyAsync()) is var end ? (end.Key, end.IsEnd) : default);
            // Nothing more was told: the next packet is sound.
            await Calls.PassAsync(peer, recorder, 9);
            byte[] sent = await peer.ReceiveAsync();
            Assert.True(RtpPacket.TryParse(sent, out RtpPacket rtp));
            Assert.Equal((126, true, "0B0A00A0"), (rtp.PayloadType, rtp.Marker, Convert.ToHexString(rtp.Payload)));
        }
    }

    [Fact]
    public async Task Reports_tell_both_sides_how_they_are_received()
    {
        var time = new FakeTimeProvider();
        await using RtcServer server = Calls.Server(null, time);
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            foreach (ushort number in (ushort[])[1, 2, 4])
            {
                peer.Send(peer.Media(number, number * 160u, [1], transportSequence: number));
                await recorder.HearAsync();
            }

            Assert.True(session.SendAudio([1, 2, 3], 0));
            time.Advance(TimeSpan.FromSeconds(1.1));
            byte[] nack = await peer.ReceiveAsync(control: true);
            Assert.Equal([RtcpType.TransportFeedback], Types(nack));
            Assert.Equal([3], Nacked(nack));

            byte[] arrivals = await peer.ReceiveAsync(control: true);
            Assert.Equal([(1, true), (2, true), (3, false), (4, true)], Told(arrivals));

            byte[] report = await peer.ReceiveAsync(control: true);
            Assert.Equal([RtcpType.SenderReport, RtcpType.SourceDescription], Types(report));
            ReadOnlySpan<byte> rest = report;
            Assert.True(RtcpPacket.TryTake(ref rest, out RtcpPacket first));
            SenderReport sent = SenderReport.Read(first.Body);
            Assert.Equal((1u, 3u), (sent.PacketCount, sent.OctetCount));
            Assert.Equal((peer.Ssrc, 1, 4u), (first.Report(0).Ssrc, first.Report(0).CumulativeLost, first.Report(0).HighestSequence));

            var told = new ReceptionReport(sent.Ssrc, 64, 3, 100, 5, sent.MiddleTime, 0);
            peer.Send(peer.Control(Compound(writer =>
            {
                writer.AddReceiverReport(peer.Ssrc, [told, told with { Ssrc = 1 }]);
                return writer;
            })));
            Assert.Equal(told, await recorder.ReportAsync());
        }
    }

    [Fact]
    public async Task Packet_that_the_peer_misses_is_sent_again_once()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server, echoes: true);
        using (peer)
        {
            Assert.True(session.SendAudio([1, 2, 3], 0));
            byte[] packet = await peer.ReceiveProtectedAsync();
            Assert.True(RtpPacket.TryParse(packet, out RtpPacket rtp));
            ushort number = rtp.SequenceNumber;
            uint ssrc = rtp.Ssrc;
            for (int i = 0; i < 2; i++)
            {
                peer.Send(peer.Control(Compound(writer =>
                {
                    writer.AddNack(peer.Ssrc, ssrc, [number, (ushort)(number + 1)]);
                    return writer;
                })));
            }

            Assert.Equal(packet, await peer.ReceiveProtectedAsync());
            await Calls.PassAsync(peer, recorder, 1);
            byte[] next = await peer.ReceiveAsync();
            Assert.True(RtpPacket.TryParse(next, out rtp));
            Assert.Equal((ushort)(number + 1), rtp.SequenceNumber);
        }
    }

    [Fact]
    public async Task Source_that_follows_another_begins_its_own_count()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection _, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            Assert.Equal((peer.Ssrc, 50_000L), await Calls.PassAsync(peer, recorder, 50_000) is var first ? (first.Ssrc, first.Sequence) : default);
            peer.Ssrc = 5;
            Assert.Equal((5u, 10L), await Calls.PassAsync(peer, recorder, 10) is var second ? (second.Ssrc, second.Sequence) : default);
            peer.Send(peer.Media(11, 0, [1], payloadType: 13));
            await Calls.PassAsync(peer, recorder, 12);
            Assert.Equal(1, server.Counters.Dropped(PacketDrop.Unexpected));
        }
    }

    [Fact]
    public async Task Listener_that_fails_ends_its_own_session_only()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        (PeerConnection _, TestPeer other, CallRecorder otherRecorder) = await Calls.ConnectAsync(server);
        using (peer)
        using (other)
        {
            recorder.Fails = new InvalidOperationException("broken");
            peer.Send(peer.Media(1, 0, [1]));
            Assert.Equal("The listener failed: broken", await session.Closed.WaitAsync(TestContext.Current.CancellationToken));
            await Calls.PassAsync(other, otherRecorder, 1);
        }
    }

    [Fact]
    public async Task Payload_larger_than_a_path_carries_is_refused()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder _) = await Calls.ConnectAsync(server);
        using (peer)
        {
            Assert.True(session.SendAudio(new byte[1_100], 0));
            Assert.Equal(
                "Expected a payload of at most 1100 bytes, found 1101. (Parameter 'payload')", Assert.Throws<ArgumentException>(() => session.SendAudio(new byte[1_101], 0)).Message);
        }
    }

    private delegate RtcpWriter Writing(RtcpWriter writer);

    private static byte[] Compound(Writing write)
    {
        var buffer = new byte[512];
        return buffer[..write(new RtcpWriter(buffer)).Length];
    }

    private static List<RtcpType> Types(byte[] compound)
    {
        ReadOnlySpan<byte> rest = compound;
        List<RtcpType> types = [];
        while (RtcpPacket.TryTake(ref rest, out RtcpPacket packet))
            types.Add(packet.Type);
        return types;
    }

    private static List<int> Nacked(byte[] compound)
    {
        ReadOnlySpan<byte> rest = compound;
        Assert.True(RtcpPacket.TryTake(ref rest, out RtcpPacket packet));
        Assert.Equal(RtcpPacket.NackFormat, packet.Count);
        var nacked = new NackedSequences(packet);
        List<int> numbers = [];
        while (nacked.MoveNext())
            numbers.Add(nacked.Current);
        return numbers;
    }

    private static List<(int Number, bool Arrived)> Told(byte[] compound)
    {
        ReadOnlySpan<byte> rest = compound;
        Assert.True(RtcpPacket.TryTake(ref rest, out RtcpPacket packet));
        Assert.True(ReportedArrivals.TryRead(packet, out ReportedArrivals told));
        List<(int, bool)> arrivals = [];
        while (told.MoveNext())
            arrivals.Add((told.SequenceNumber, told.Arrival is not null));
        return arrivals;
    }
}
