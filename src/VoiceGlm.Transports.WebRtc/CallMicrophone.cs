using System.Threading.Channels;
using VoiceGlm.Audio;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.WebRtc;

/// <summary>What a call hears: packets in any order, out of a jitter buffer as frames of 16 kHz. Thread-safe.</summary>
internal sealed class CallMicrophone : IDisposable
{
    // 2 s: fresh speech matters more than old, and a drop means that the session cannot keep up.
    private const int Capacity = 100;

    private readonly Lock _gate = new();
    private readonly JitterBuffer _buffer;
    private readonly Resampler _resampler;
    private readonly Channel<AudioFrame> _frames = Channel.CreateBounded<AudioFrame>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });
    private readonly float[] _heard;
    private uint? _ssrc;
    private long _position;
    private bool _isDisposed;

    /// <param name="codec">What the packets are written in.</param>
    /// <param name="interval">How much is heard at once.</param>
    public CallMicrophone(IAudioCodec codec, TimeSpan interval)
    {
        _buffer = new JitterBuffer(codec);
        _resampler = new Resampler(codec.SampleRate, SampleRate.Wideband, ResamplerFilter.Flat);
        _heard = new float[codec.SampleRate.SamplesIn(interval)];
    }

    /// <summary>The frames. When nobody reads, the oldest are dropped.</summary>
    public ChannelReader<AudioFrame> Frames => _frames.Reader;

    /// <summary>Takes a packet, which is copied.</summary>
    public void Insert(in AudioPacket packet)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            if (_ssrc is { } before && before != packet.Ssrc) _buffer.Reset();
            _ssrc = packet.Ssrc;
            // The buffer counts on by itself where a source begins anew, which numbers that go on would hide.
            _buffer.Insert((ushort)packet.Sequence, packet.Timestamp, packet.Payload, packet.Arrival,
                packet.Kind == AudioPacketKind.ComfortNoise ? PacketContent.ComfortNoise : PacketContent.Sound);
        }
    }

    /// <summary>Hears the next interval.</summary>
    /// <param name="now">The time, on the clock of the packets' arrivals.</param>
    public void Hear(TimeSpan now)
    {
        lock (_gate)
        {
            if (_isDisposed || _ssrc is null) return;
            _buffer.Read(now, _heard);
            float[] samples = new float[_resampler.OutputCapacity(_heard.Length)];
            int count = _resampler.Process(_heard, samples);
            if (count == 0) return;
            _frames.Writer.TryWrite(new AudioFrame(samples.AsMemory(0, count), SampleRate.Wideband, _position));
            _position += count;
        }
    }

    /// <summary>The call is over: nothing more is heard.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _buffer.Dispose();
        }

        _frames.Writer.TryComplete();
    }
}
