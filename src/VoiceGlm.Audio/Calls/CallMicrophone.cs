using System.Threading.Channels;

namespace VoiceGlm.Audio;

/// <summary>What a call hears: packets in any order, out of a jitter buffer as frames of 16 kHz. Thread-safe.</summary>
public sealed class CallMicrophone : IDisposable
{
    // 2 s: fresh speech matters more than old, and a drop means that the session cannot keep up.
    private const int Capacity = 100;

    private readonly Lock _gate = new();
    private readonly TimeSpan _interval;
    private JitterBuffer _buffer;
    private Resampler _resampler;
    private readonly Channel<AudioFrame> _frames = Channel.CreateBounded<AudioFrame>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });
    private float[] _heard;
    private uint? _ssrc;
    private long _position;
    private bool _isDisposed;

    /// <summary>Makes the ear of one call.</summary>
    /// <param name="codec">What the packets are written in.</param>
    /// <param name="interval">How much is heard at once.</param>
    public CallMicrophone(IAudioCodec codec, TimeSpan interval)
    {
        _interval = interval;
        _buffer = new JitterBuffer(codec);
        _resampler = new Resampler(codec.SampleRate, SampleRate.Wideband, ResamplerFilter.Flat);
        _heard = new float[codec.SampleRate.SamplesIn(interval)];
    }

    /// <summary>The frames. When nobody reads, the oldest are dropped.</summary>
    public ChannelReader<AudioFrame> Frames => _frames.Reader;

    /// <summary>What comes from here on is written in another codec.</summary>
    public void Change(IAudioCodec codec)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _buffer.Dispose();
            _buffer = new JitterBuffer(codec);
            _resampler = new Resampler(codec.SampleRate, SampleRate.Wideband, ResamplerFilter.Flat);
            _heard = new float[codec.SampleRate.SamplesIn(_interval)];
            _ssrc = null;
        }
    }

    /// <summary>Takes a packet, which is copied.</summary>
    /// <param name="ssrc">Its source; another one than before begins anew.</param>
    /// <param name="sequenceNumber">The RTP sequence number. The buffer counts on by itself where a source begins anew.</param>
    /// <param name="timestamp">The RTP timestamp.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="arrival">When it arrived, on the clock that <see cref="Hear"/> is told the time of.</param>
    /// <param name="content">What it holds.</param>
    public void Insert(uint ssrc, ushort sequenceNumber, uint timestamp, ReadOnlySpan<byte> payload, TimeSpan arrival, PacketContent content)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            if (_ssrc is { } before && before != ssrc) _buffer.Reset();
            _ssrc = ssrc;
            _buffer.Insert(sequenceNumber, timestamp, payload, arrival, content);
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
