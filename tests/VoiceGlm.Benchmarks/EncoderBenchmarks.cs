using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Inference;
using VoiceGlm.SpeechTokenizer;

namespace VoiceGlm.Benchmarks;

/// <summary>
/// What does the speech tokenizer's encoder cost per second of audio, heard whole and heard in frames of 20 ms; and how long does
/// the user wait for it after the last word?
/// </summary>
/// <remarks>
/// Real load: random weights of the published widths (16 layers of 1280), made once and kept in the temporary folder. The official
/// PyTorch code with random weights of these widths takes, on two threads of an AVX-512 EPYC: 1 s 284 ms, 4 s 668 ms, 10 s 1820 ms,
/// 30 s 7783 ms.
/// </remarks>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
public class EncoderBenchmarks : IDisposable
{
    private const int FrameSamples = 320;

    private InferenceDevice? _device;
    private WhisperVqTokenizerFactory? _factory;
    private float[] _samples = [];
    private ISpeechTokenizer? _heard;

    /// <summary>Length of the utterance.</summary>
    [Params(1, 4, 10, 30)]
    public int Seconds { get; set; }

    /// <summary>Loads the model, and makes it where it is missing.</summary>
    [GlobalSetup]
    public void Load()
    {
        string folder = Path.Combine(Path.GetTempPath(), "voiceglm-benchmark-speech-tokenizer");
        string model = Path.Combine(folder, "model");
        if (!File.Exists(Path.Combine(model, ModelManifest.FileName)))
        {
            IReadOnlyList<string> checkpoints = CheckpointSynthesizer.Synthesize(CheckpointProfile.Glm4Voice9B, CheckpointParts.SpeechTokenizer, folder);
            CheckpointConverter.Convert(checkpoints, model, progress: null, CancellationToken.None);
        }

        _device = new InferenceDevice();
        _factory = WhisperVqTokenizerFactory.Load(ModelFolder.Open(model), _device, new GraphOptions { Threads = 2 });
        var random = new Random(1);
        _samples = new float[Seconds * SampleRate.Wideband.Hertz];
        for (int i = 0; i < _samples.Length; i++)
        {
            _samples[i] = (float)((0.3 * Math.Sin(i * 0.05 * (1 + (0.2 * Math.Sin(i * 1e-4))))) + (0.05 * (random.NextDouble() - 0.5)));
        }
    }

    /// <summary>Releases the model.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _heard?.Dispose();
        _factory?.Dispose();
        _device?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The utterance in one piece, as the reference takes it.</summary>
    [Benchmark(Baseline = true)]
    public Task<Utterance> Whole() => HearAsync(_samples.Length);

    /// <summary>The utterance in frames of 20 ms, from its first to its tokens: the sum of all work, most of it done while the user speaks.</summary>
    [Benchmark]
    public Task<Utterance> Incremental() => HearAsync(FrameSamples);

    /// <summary>Hears all but the end.</summary>
    [IterationSetup(Target = nameof(AfterTheLastWord))]
    public void Listen()
    {
        _heard?.Dispose();
        _heard = _factory!.Create();
        AppendAsync(_heard, FrameSamples).GetAwaiter().GetResult();
    }

    /// <summary>What is left to do when the user has stopped: the last block.</summary>
    [Benchmark]
    public async Task<Utterance> AfterTheLastWord() => await _heard!.CompleteAsync(CancellationToken.None).ConfigureAwait(false);

    private async Task<Utterance> HearAsync(int chunk)
    {
        using ISpeechTokenizer tokenizer = _factory!.Create();
        await AppendAsync(tokenizer, chunk).ConfigureAwait(false);
        return await tokenizer.CompleteAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task AppendAsync(ISpeechTokenizer tokenizer, int chunk)
    {
        for (int start = 0; start < _samples.Length; start += chunk)
        {
            var frame = new AudioFrame(_samples.AsMemory(start, Math.Min(chunk, _samples.Length - start)), SampleRate.Wideband, start);
            await tokenizer.AppendAsync(frame, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
