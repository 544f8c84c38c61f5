using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using VoiceGlm.Inference;
using VoiceGlm.SpeechDecoder;

namespace VoiceGlm.Benchmarks;

/// <summary>
/// Does a block of 50 tokens (4 s of speech) cost more late in a reply than early? The official code decodes the whole reply
/// again for every block, so that its cost grows without bound: 6529 ms already for 50 tokens after 25.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, warmupCount: 0, iterationCount: 3)]
public class DecoderBlockBenchmarks : IDisposable
{
    private const int BlockTokens = 50;

    private InferenceDevice _device = null!;
    private FlowSpeechDecoderFactory _factory = null!;
    private ISpeechDecoder _reply = null!;
    private int _next;

    /// <summary>Number of the first block measured; the iterations after the first take the blocks that follow it.</summary>
    [Params(2, 20, 60)]
    public int Block { get; set; }

    [GlobalSetup]
    public async Task SpeakTheBlocksBefore()
    {
        _device = new InferenceDevice();
        _factory = FlowSpeechDecoderFactory.Load(
            RealSizeDecoder.Open(), _device, new SpeechDecoderOptions { BlockTokens = [BlockTokens] }, new GraphOptions());
        _reply = _factory.Create();
        for (int block = 1; block < Block; block++) await SpeakBlock();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _reply.Dispose();
        _factory.Dispose();
        _device.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public async Task<AudioFrame?> SpeakBlock()
    {
        AudioFrame? frame = null;
        for (int i = 0; i < BlockTokens; i++)
        {
            frame = await _reply.AppendAsync(new SpeechToken(_next++ * 31 % 1000), CancellationToken.None);
        }

        return frame;
    }
}
