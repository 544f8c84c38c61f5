using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using VoiceGlm.CallTesting;
using VoiceGlm.Rtc;

namespace VoiceGlm.Benchmarks;

/// <summary>
/// How many calls does one core echo? Mirrors so many peers over loopback, each with a packet of 20 ms of G.711 every 20 ms, and this side that decrypts,
/// encrypts and sends it back. A packet that is not back within 20 ms is a miss; a clock that does nothing beside it tells how many of them are the machine's own.
/// </summary>
internal static class CallLoad
{
    private const double Tick = 0.02;

    private static readonly byte[] s_payload = new byte[160];

    public static async Task RunAsync(int calls, TimeSpan duration)
    {
        await PrintIdleMemoryAsync(calls);
        await using RtcServer server = Server();
        var peers = new List<EchoedPeer>();
        for (int i = 0; i < calls; i++) peers.Add(await EchoedPeer.ConnectAsync(server));
        using var idle = new IdleClock(duration);
        Drive(peers, TimeSpan.FromSeconds(2));
        long warmUp = peers.Sum(static peer => peer.Sent);
        foreach (EchoedPeer peer in peers) peer.Latencies.Clear();
        GC.Collect();

        TimeSpan socketBefore = ThreadTimes.Of("RTC "), poolBefore = ThreadTimes.Of(".NET TP Worker"), allBefore = Environment.CpuUsage.TotalTime;
        long packetsBefore = server.Counters.PacketsReceived + server.Counters.PacketsSent;
        idle.Start();
        long allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        long begun = Stopwatch.GetTimestamp();
        Drive(peers, duration);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
        long packets = server.Counters.PacketsReceived + server.Counters.PacketsSent - packetsBefore;
        TimeSpan socket = ThreadTimes.Of("RTC ") - socketBefore, pool = ThreadTimes.Of(".NET TP Worker") - poolBefore, all = Environment.CpuUsage.TotalTime - allBefore;

        Latencies echoes = Latencies.Of(peers.Select(static peer => peer.Latencies));
        Print($"{calls} calls, {seconds:F1} s, {packets / seconds:F0} packets a second in and out, {Environment.ProcessorCount} cores");
        Print($"the socket's thread {socket.TotalSeconds / seconds:P1} of a core, {socket.TotalMicroseconds / packets:F1} µs a packet; reports {pool.TotalSeconds / seconds:P1}; a call {(socket + pool).TotalSeconds / seconds / calls:P3}; all of the process with its peers {all.TotalSeconds / seconds:P0}");
        Print($"allocated by the process and its peers: {(double)allocated / packets:F3} bytes a packet");
        Print($"echo {echoes}");
        Print($"a clock that does nothing: late by {idle.Latencies}");
        Print($"not back: {peers.Sum(static peer => peer.Sent) - warmUp - echoes.Count}");
        foreach (EchoedPeer peer in peers) peer.Dispose();
    }

    private static RtcServer Server() =>
        new(new RtcOptions { Addresses = ["127.0.0.1"], TcpPort = -1, MaximumSessions = 100_000, ConsentTimeout = TimeSpan.FromHours(1) });

    private static async Task PrintIdleMemoryAsync(int calls)
    {
        await using RtcServer server = Server();
        // The first call loads code and fills tables.
        (await EchoedPeer.ConnectAsync(server)).Dispose();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < calls; i++) (await EchoedPeer.ConnectAsync(server)).Dispose();
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Print($"an idle call: {(after - before) / 1024.0 / calls:F1} KiB");
    }

    // The calls' packets are spread over the 20 ms, as those of strangers are.
    private static void Drive(List<EchoedPeer> peers, TimeSpan duration)
    {
        long begun = Stopwatch.GetTimestamp();
        long end = (long)(duration.TotalSeconds / Tick) * peers.Count;
        for (long sent = 0; sent < end;)
        {
            long due = Math.Min(end, (long)(Stopwatch.GetElapsedTime(begun).TotalSeconds / Tick * peers.Count));
            for (; sent < due; sent++) peers[(int)(sent % peers.Count)].Send(s_payload);
            Thread.Sleep(1);
        }

        // The last ones come back.
        Thread.Sleep(200);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>A peer that counts how long its packets are away. Allocates nothing per packet.</summary>
    private sealed class EchoedPeer : IDisposable
    {
        private const int Remembered = 1024;
        private const int Ticks = 160;

        private readonly TestPeer _peer;
        private readonly long[] _sentAt = new long[Remembered];
        private ushort _number;
        private uint? _firstEcho;

        private EchoedPeer(TestPeer peer)
        {
            _peer = peer;
            peer.Sink = packet => Take(packet.Span);
        }

        public long Sent { get; private set; }

        public Latencies Latencies { get; } = new();

        public static async Task<EchoedPeer> ConnectAsync(RtcServer server)
        {
            var peer = new TestPeer(server);
            PeerConnection session = server.Accept(peer.Offer(), [AudioFormat.Pcmu], new Echo());
            await peer.ConnectAsync(session.Answer);
            await session.Connected;
            return new EchoedPeer(peer);
        }

        public void Send(ReadOnlySpan<byte> payload)
        {
            Volatile.Write(ref _sentAt[Sent % Remembered], Stopwatch.GetTimestamp());
            _peer.SendMedia(_number, (uint)(Sent * Ticks), payload);
            _number++;
            Sent++;
        }

        public void Dispose() => _peer.Dispose();

        // The server's timestamps begin elsewhere and go on as this side's do.
        private void Take(ReadOnlySpan<byte> packet)
        {
            if (packet[0] < 128 || packet[1] is >= 192 and <= 223) return;
            uint timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
            _firstEcho ??= timestamp;
            Latencies.Add(Stopwatch.GetElapsedTime(Volatile.Read(ref _sentAt[(timestamp - _firstEcho.Value) / Ticks % Remembered])));
        }
    }

    private sealed class Echo : IPeerListener
    {
        public void OnAudio(PeerConnection peer, in AudioPacket packet) => peer.SendAudio(packet.Payload, packet.Timestamp, packet.IsMarked, packet.Level);
    }

    /// <summary>A thread that wakes every 20 ms and notes how late.</summary>
    private sealed class IdleClock(TimeSpan duration) : IDisposable
    {
        private Thread? _thread;

        public Latencies Latencies { get; } = new();

        public void Start()
        {
            _thread = new Thread(Run) { Name = "idle clock" };
            _thread.Start();
        }

        public void Dispose() => _thread?.Join();

        private void Run()
        {
            long begun = Stopwatch.GetTimestamp();
            for (TimeSpan due = TimeSpan.FromSeconds(Tick); due < duration; due += TimeSpan.FromSeconds(Tick))
            {
                TimeSpan left = due - Stopwatch.GetElapsedTime(begun);
                if (left > TimeSpan.Zero) Thread.Sleep(left);
                Latencies.Add(Stopwatch.GetElapsedTime(begun) - due);
            }
        }
    }
}
