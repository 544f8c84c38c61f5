using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace VoiceGlm.CompletionServer;

/// <summary>Continues a prompt id by id, up to an end, which is not told, or the number of ids asked for.</summary>
public delegate IAsyncEnumerable<int> Brain(int[] prompt, int maxTokens, CancellationToken cancellationToken);

/// <summary>
/// The completion protocol as vLLM and SGLang speak it, on a port of this machine, over a brain that is given. What it is told to do wrong, it
/// does wrong. Thread-safe.
/// </summary>
public sealed class LocalCompletionServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Brain _brain;
    private readonly int _endToken;
    private readonly Channel<AskedCompletion> _asked = Channel.CreateUnbounded<AskedCompletion>();
    private readonly Channel<Func<HttpContext, AskedCompletion, Task>> _exceptions = Channel.CreateUnbounded<Func<HttpContext, AskedCompletion, Task>>();

    private LocalCompletionServer(Brain brain, int endToken)
    {
        _brain = brain;
        _endToken = endToken;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapGet("/health", () => Results.StatusCode((int)Health));
        _app.MapGet("/v1/models", (HttpContext context) => IsAllowed(context)
            ? Results.Text(Models ?? JsonSerializer.Serialize(new { @object = "list", data = new[] { new { id = ModelId, @object = "model", max_model_len = MaxModelLength } } }), "application/json")
            : Results.StatusCode(401));
        _app.MapPost("/v1/completions", AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The name of its model.</summary>
    public string ModelId { get; set; } = "glm-4-voice";

    /// <summary>What it says that a conversation may hold.</summary>
    public int? MaxModelLength { get; set; }

    /// <summary>What it lists instead of its model.</summary>
    public string? Models { get; set; }

    /// <summary>The key that it asks for.</summary>
    public string? ApiKey { get; set; }

    /// <summary>What it says of its health.</summary>
    public HttpStatusCode Health { get; set; } = HttpStatusCode.OK;

    /// <summary>Ids in one event.</summary>
    public int IdsPerEvent { get; set; } = 1;

    /// <summary>Whether the end token is among the ids, as vLLM has it.</summary>
    public bool TellsEndToken { get; set; } = true;

    /// <summary>The requests, in the order in which they came.</summary>
    public ChannelReader<AskedCompletion> Asked => _asked.Reader;

    /// <summary>Starts a server.</summary>
    /// <param name="brain">What continues prompts.</param>
    /// <param name="endToken">The id that ends a reply.</param>
    public static async Task<LocalCompletionServer> StartAsync(Brain brain, int endToken)
    {
        var server = new LocalCompletionServer(brain, endToken);
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Urls.Single() + "/");
        return server;
    }

    /// <summary>Answers the next request that no other such call has taken otherwise than by the brain.</summary>
    public void AnswerOnce(Func<HttpContext, AskedCompletion, Task> answer) => _exceptions.Writer.TryWrite(answer);

    /// <summary>Answers the next request with a status and a body.</summary>
    public void AnswerOnce(int status, string body, string? retryAfter = null) => AnswerOnce(async (context, _) =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        await context.Response.WriteAsync(body, CancellationToken.None);
    });

    /// <summary>Answers the next request with events as they are written here.</summary>
    public void AnswerOnce(string events) => AnswerOnce(async (context, _) =>
    {
        await BeginAsync(context);
        await WriteAsync(context, events);
    });

    /// <summary>Answers the next request with events as they are written here, and cuts the connection when it is told to: what was not read yet is lost then.</summary>
    public void CutOnceAfter(string events, Task cut) => AnswerOnce(async (context, _) =>
    {
        await BeginAsync(context);
        await WriteAsync(context, events);
        await cut;
        context.Abort();
    });

    /// <summary>Answers the next request with events as they are written here, and then with nothing, for ever.</summary>
    public void StallOnceAfter(string events) => AnswerOnce(async (context, asked) =>
    {
        await BeginAsync(context);
        await WriteAsync(context, events);
        await asked.Aborted;
    });

    /// <summary>An event that tells ids.</summary>
    public static string Event(params ReadOnlySpan<int> ids) => Event(ids, null, null);

    /// <summary>The event that ends a reply, and the one that ends the answer.</summary>
    public static string End(string reason) => Event([], reason, null) + "data: [DONE]\n\n";

    /// <summary>Begins an answer of events.</summary>
    public static async Task BeginAsync(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        await context.Response.StartAsync(CancellationToken.None);
    }

    /// <summary>Sends events on their way.</summary>
    public static async Task WriteAsync(HttpContext context, string events)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(events), CancellationToken.None);
        await context.Response.Body.FlushAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Nobody waits for who is still answered.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        JsonElement body = (await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: CancellationToken.None)).RootElement;
        var asked = new AskedCompletion(body, context.Request.Headers.Authorization, context.Connection.Id, context.RequestAborted);
        _asked.Writer.TryWrite(asked);
        if (!IsAllowed(context))
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("""{"error":"Unauthorized"}""", CancellationToken.None);
            return;
        }

        if (_exceptions.Reader.TryRead(out Func<HttpContext, AskedCompletion, Task>? answer))
        {
            await answer(context, asked);
            return;
        }

        await ThinkAsync(context, asked);
    }

    private async Task ThinkAsync(HttpContext context, AskedCompletion asked)
    {
        await BeginAsync(context);
        int[]? prompt = asked.Prompt;
        var ids = new List<int>();
        int count = 0;
        try
        {
            await foreach (int id in _brain(asked.Prompt, asked.MaxTokens, asked.Token))
            {
                count++;
                ids.Add(id);
                if (ids.Count < IdsPerEvent || count == asked.MaxTokens) continue;
                await WriteAsync(context, Event(ids.ToArray(), null, prompt));
                ids.Clear();
                prompt = null;
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }

        bool full = count == asked.MaxTokens;
        if (!full && TellsEndToken) ids.Add(_endToken);
        await WriteAsync(context, Event(ids.ToArray(), full ? "length" : "stop", prompt) + "data: [DONE]\n\n");
    }

    private static string Event(ReadOnlySpan<int> ids, string? reason, int[]? prompt) => "data: " + JsonSerializer.Serialize(new
    {
        id = "cmpl-1",
        @object = "text_completion",
        created = 1,
        model = "glm-4-voice",
        choices = new[] { new { index = 0, text = "", logprobs = (object?)null, finish_reason = reason, stop_reason = (object?)null, prompt_token_ids = prompt, token_ids = ids.ToArray() } },
    }) + "\n\n";

    private bool IsAllowed(HttpContext context) => ApiKey is null || context.Request.Headers.Authorization == "Bearer " + ApiKey;
}
