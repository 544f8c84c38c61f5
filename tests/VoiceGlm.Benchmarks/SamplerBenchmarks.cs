using BenchmarkDotNet.Attributes;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Benchmarks;

/// <summary>What does choosing one token of 168,960 cost? Mirrors one conversation's share of a step; eight take turns on one thread.</summary>
[MemoryDiagnoser]
[InProcess]
[WarmupCount(3)]
[IterationCount(8)]
public class SamplerBenchmarks
{
    private const int Vocabulary = 168_960;

    private readonly float[] _logits = new float[Vocabulary];
    private Sampler _sampler = null!;

    /// <summary>Which filters are on.</summary>
    [Params("greedy", "top-k 50, top-p 0.8", "top-p 0.8")]
    public string Options { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int i = 0; i < Vocabulary; i++) _logits[i] = 12 * random.NextSingle();
        for (int i = 0; i < 20; i++) _logits[random.Next(Vocabulary)] += 8 * random.NextSingle();
        _sampler = new Sampler(
            Options switch
            {
                "greedy" => SamplingOptions.Greedy,
                "top-p 0.8" => new SamplingOptions { TopK = 0, Seed = 1 },
                _ => new SamplingOptions { Seed = 1 },
            },
            Vocabulary);
    }

    [Benchmark]
    public TokenId Next() => _sampler.Next(_logits, []);
}
