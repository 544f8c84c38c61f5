using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using VoiceGlm.CompletionServer;

namespace VoiceGlm.LanguageModel.Tests.Remote;

/// <summary>Servers whose brain is the golden model, and the remote model that uses them.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private const int ReplyTokens = 50;

    private static readonly ServiceProvider s_services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private readonly LocalCompletionServer[] _servers;

    private Servers(LocalCompletionServer[] servers, RemoteVoiceModel model)
    {
        _servers = servers;
        Model = model;
    }

    public static IMeterFactory Meters => s_services.GetRequiredService<IMeterFactory>();

    public RemoteVoiceModel Model { get; }

    /// <summary>The first server.</summary>
    public LocalCompletionServer Server => _servers[0];

    public LocalCompletionServer this[int index] => _servers[index];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts servers, and a model that has reached them.</summary>
    public static async Task<Servers> StartAsync(
        GoldenModel golden, int count = 1, Func<RemoteModelOptions, RemoteModelOptions>? change = null, Action<LocalCompletionServer>? prepare = null, TimeProvider? time = null)
    {
        var servers = new LocalCompletionServer[count];
        for (int i = 0; i < count; i++)
        {
            servers[i] = await LocalCompletionServer.StartAsync(Think, golden.Manifest.StopTokenIds[^1]);
            prepare?.Invoke(servers[i]);
        }

        RemoteModelOptions options = Options([.. servers.Select(static server => server.Address)]);
        RemoteVoiceModel model = RemoteVoiceModel.Load(golden.Folder, change?.Invoke(options) ?? options, Meters, time: time);
        await model.WaitUntilReachedAsync(Token);
        return new Servers(servers, model);

        IAsyncEnumerable<int> Think(int[] prompt, int maxTokens, CancellationToken cancellationToken) => golden.Model
            .GenerateAsync(Array.ConvertAll(prompt, static id => new TokenId(id)), SamplingOptions.Greedy, maxTokens, cancellationToken)
            .Select(static id => id.Value);
    }

    /// <summary>What the golden model says in the tokens that <see cref="Options"/> allows.</summary>
    public static SpeechToken[] Reply(GoldenModel golden, RecordedTurn turn) =>
        [.. turn.Generated.Take(ReplyTokens).Where(id => golden.Model.Vocabulary.KindOf(id) == TokenKind.Speech).Select(golden.Model.Vocabulary.ToSpeech)];

    /// <summary>Greedy, as the golden model is, and short.</summary>
    public static RemoteModelOptions Options(params Uri[] servers) => new()
    {
        Endpoints = servers,
        ContextLength = 1024,
        MaxNewTokens = ReplyTokens,
        Sampling = SamplingOptions.Greedy,
        PrimeTokens = 0,
    };

    /// <summary>The next request of a server.</summary>
    public async Task<AskedCompletion> AskedAsync(int server = 0) => await _servers[server].Asked.ReadAsync(Token);

    /// <summary>A session in which something was said that the golden model answers at length.</summary>
    public async Task<ILanguageModelSession> BeginAsync(RecordedTurn turn, SessionSettings? settings = null)
    {
        ILanguageModelSession session = Model.CreateSession(settings);
        await session.HearAsync(new SpeechTokenUpdate(0, turn.Speech), Token);
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        Model.Dispose();
        foreach (LocalCompletionServer server in _servers) await server.DisposeAsync();
    }
}
