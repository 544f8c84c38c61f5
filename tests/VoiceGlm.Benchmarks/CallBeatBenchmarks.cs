using BenchmarkDotNet.Attributes;
using VoiceGlm.Audio;
using VoiceGlm.CallTesting;

namespace VoiceGlm.Benchmarks;

/// <summary>
/// How many calls does one core code? Mirrors what a call does every 20 ms while both sides speak; 20 ms by the sum of both is how many calls one core has
/// time for.
/// </summary>
[MemoryDiagnoser]
[InProcess]
[WarmupCount(3)]
[IterationCount(10)]
public class CallBeatBenchmarks : IDisposable
{
    private IAudioCodec _codec = null!;
    private IAudioEncoder _encoder = null!;
    private JitterBuffer _buffer = null!;
    private Resampler _resampler = null!;
    private float[] _speech = [];
    private float[] _heard = [];
    private float[] _wideband = [];
    private byte[] _payload = [];
    private List<byte[]> _packets = [];
    private int _beat;

    [Params("opus", "G722", "PCMU")]
    public string Codec { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _codec = AudioCodecs.Available.Single(codec => codec.Name == Codec);
        _encoder = _codec.CreateEncoder();
        _buffer = new JitterBuffer(_codec);
        _resampler = new Resampler(_codec.SampleRate, SampleRate.Wideband, ResamplerFilter.Flat);
        _speech = _codec.Speech(3);
        _packets = _codec.Encode(_speech);
        _heard = new float[_codec.FrameSamples()];
        _wideband = new float[2 * SampleRate.Wideband.SamplesIn(TimeSpan.FromMilliseconds(20))];
        _payload = new byte[_encoder.MaxPayloadBytes(_heard.Length)];
    }

    /// <summary>A packet that came, and 20 ms out of the jitter buffer at 16 kHz.</summary>
    [Benchmark]
    public int Hear()
    {
        TimeSpan now = TimeSpan.FromMilliseconds(20.0 * _beat);
        byte[] packet = _packets[_beat % _packets.Count];
        if (packet.Length > 0) _buffer.Insert((ushort)_beat, (uint)(_beat * (_codec.ClockRate / 50)), packet, now);
        _beat++;
        _buffer.Read(now, _heard);
        return _resampler.Process(_heard, _wideband);
    }

    /// <summary>20 ms of speech become a packet.</summary>
    [Benchmark]
    public int Speak()
    {
        int at = _beat++ % _packets.Count * _heard.Length;
        return _encoder.Encode(_speech.AsSpan(at, _heard.Length), _payload);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _encoder.Dispose();
        _buffer.Dispose();
        GC.SuppressFinalize(this);
    }
}
