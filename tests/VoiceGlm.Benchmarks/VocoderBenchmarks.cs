using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using VoiceGlm.Inference;
using VoiceGlm.SpeechDecoder;

namespace VoiceGlm.Benchmarks;

/// <summary>
/// How much faster than real time is the vocoder at the published sizes? Whole calls of one and four seconds, as the reference
/// makes them, and the pieces of 0.4 seconds that a conversation hears, each with its context. The official PyTorch code on two
/// cores of the same kind took 141 ms for 86 frames (1 s) and 586 ms for 345 (4 s); for a piece there is no figure.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, warmupCount: 3, iterationCount: 20)]
public class VocoderBenchmarks : IDisposable
{
    private HiftVocoder _vocoder = null!;
    private ReplyVocoder _reply = null!;
    private float[] _mel = [];
    private float[] _wave = [];

    /// <summary>Mel frames that become speech: 0.4, 1 and 4 seconds.</summary>
    [Params(34, 86, 345)]
    public int Frames { get; set; }

    [GlobalSetup]
    public void Load()
    {
        _vocoder = new HiftVocoder(RealSizeDecoder.Open(), new GraphOptions());
        _reply = _vocoder.Begin(42);
        _mel = new float[(Frames + _vocoder.LookAheadFrames) * _vocoder.Manifest.MelBins];
        _wave = new float[Frames * _vocoder.Manifest.HopLength];
        new TorchRandom(1).Normal(_mel);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _reply.Dispose();
        _vocoder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One call of the reference: fundamental, source and waveform, all random numbers drawn.</summary>
    [Benchmark(Baseline = true)]
    public float[] Whole() => _vocoder.Vocode(_mel.AsSpan(0, Frames * _vocoder.Manifest.MelBins), [], new TorchRandom(42)).Wave;

    /// <summary>One piece in the middle of a reply.</summary>
    [Benchmark]
    public void Piece() => _reply.Append(_mel, Frames, _wave, CancellationToken.None);
}
