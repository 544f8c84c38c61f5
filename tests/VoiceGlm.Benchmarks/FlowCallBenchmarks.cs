using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using VoiceGlm.Inference;
using VoiceGlm.SpeechDecoder;

namespace VoiceGlm.Benchmarks;

/// <summary>
/// What does one call of the flow cost at the published sizes, with ten steps and guidance? The official PyTorch code on two
/// cores of the same kind took 1311 ms for 10 tokens, 2471 ms for 25 and 6529 ms for 75, of which 25 were prompt.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, warmupCount: 2, iterationCount: 8)]
public class FlowCallBenchmarks : IDisposable
{
    private FlowModel _flow = null!;
    private long[] _tokens = null!;
    private long[] _tokenOfFrame = null!;
    private float[] _noise = null!;
    private float[] _prompt = null!;

    [Params(10, 25, 75)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Load()
    {
        ModelFolder model = RealSizeDecoder.Open();
        _flow = FlowModel.Load(model, new GraphOptions());
        SpeechDecoderManifest manifest = model.Manifest.SpeechDecoder!;
        var clock = new FrameClock(manifest.Flow.TokenRate, manifest.SampleRate, manifest.Vocoder.HopLength);
        var random = new Random(1);
        _tokens = [.. Enumerable.Range(0, Tokens).Select(_ => (long)random.Next(manifest.Flow.CodebookSize))];
        _tokenOfFrame = new long[clock.FramesOf(Tokens)];
        FrameClock.Stretch(Tokens, _tokenOfFrame);
        _noise = new FrameNoise(42, manifest.Flow.MelBins).Take(0, _tokenOfFrame.Length);
        _prompt = new float[(Tokens > 25 ? clock.FramesOf(20) : 0) * manifest.Flow.MelBins];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _flow.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public float[] Run() => _flow.Run(_tokens, _tokenOfFrame, _noise, _prompt, [], CancellationToken.None);
}
