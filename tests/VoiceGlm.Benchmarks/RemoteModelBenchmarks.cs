using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.CompletionServer;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Benchmarks;

/// <summary>
/// What does it cost that replies come from a server? Mirrors one caller, over loopback, and a server that thinks in no time: what is measured
/// is the protocol on both sides. Real time is 12.5 to 18.75 tokens a second.
/// </summary>
[MemoryDiagnoser]
[InProcess]
[WarmupCount(3)]
[IterationCount(10)]
public class RemoteModelBenchmarks : IDisposable
{
    private const int ReplyTokens = 390;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private string _folder = "";
    private LocalCompletionServer _server = null!;
    private RemoteVoiceModel _model = null!;
    private RemoteVoiceModel _brief = null!;
    private ILanguageModelSession _session = null!;
    private ILanguageModelSession _briefSession = null!;
    private int _position;

    /// <summary>Tokens of the conversation so far, all of which each request tells.</summary>
    [Params(100, 3000)]
    public int History { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _folder = Directory.CreateTempSubdirectory("voiceglm-").FullName;
        IReadOnlyList<string> checkpoints = CheckpointSynthesizer.Synthesize(CheckpointProfile.Tiny, CheckpointParts.LanguageModel, Path.Combine(_folder, "checkpoints"));
        CheckpointConverter.Convert(checkpoints, Path.Combine(_folder, "model"), progress: null, CancellationToken.None);
        ModelFolder folder = ModelFolder.Open(Path.Combine(_folder, "model"));
        LanguageModelManifest manifest = folder.Manifest.LanguageModel!;
        _server = await LocalCompletionServer.StartAsync(
            (_, maxTokens, _) => AsyncEnumerable.Repeat(manifest.FirstSpeechTokenId, maxTokens), manifest.StopTokenIds[0]);
        (_model, _session) = await BeginAsync(folder, ReplyTokens);
        (_brief, _briefSession) = await BeginAsync(folder, 1);
        _position = _session.Position;
    }

    /// <summary>A reply of one token: the request and its way back.</summary>
    [Benchmark]
    public Task FirstToken() => ReplyAsync(_briefSession);

    /// <summary>Each token of a whole reply, one event each.</summary>
    [Benchmark(OperationsPerInvoke = ReplyTokens)]
    public Task EachToken() => ReplyAsync(_session);

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _session.DisposeAsync();
        await _briefSession.DisposeAsync();
        _model.Dispose();
        _brief.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose()
    {
        _services.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<(RemoteVoiceModel Model, ILanguageModelSession Session)> BeginAsync(ModelFolder folder, int maxNewTokens)
    {
        RemoteVoiceModel model = RemoteVoiceModel.Load(
            folder,
            new RemoteModelOptions { Endpoints = [_server.Address], MaxNewTokens = maxNewTokens, PrimeTokens = 0 },
            _services.GetRequiredService<IMeterFactory>());
        await model.WaitUntilReachedAsync(CancellationToken.None);
        ILanguageModelSession session = model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, new SpeechToken[History]), CancellationToken.None);
        return (model, session);
    }

    private async Task ReplyAsync(ILanguageModelSession session)
    {
        await foreach (ReplyPart _ in session.ReplyAsync(CancellationToken.None))
        {
        }

        session.Rewind(_position);
    }
}
