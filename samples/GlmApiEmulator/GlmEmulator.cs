using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;

namespace GlmApiEmulator;

/// <summary>
/// The hosted API of the GLM models on a port of this machine: chat, pictures, films, search, layout, and the servers of open weights. What it is
/// told to do wrong, it does wrong: by <see cref="Next"/>, by the header <c>x-scenario</c>, or by a model's name that ends in <c>@</c> and a scenario. Thread-safe.
/// </summary>
public sealed class GlmEmulator : IAsyncDisposable
{
    /// <summary>Where it listens when it runs by itself.</summary>
    public const int DefaultPort = 8095;

    /// <summary>The key that it hands out: requests may carry it, or a token signed with it. Any other that looks like a key will do as well.</summary>
    public const string ApiKey = "emulator.0123456789abcdef";

    private const string Base = "/api/paas/v4/";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<EmulatedRequest> _requests = new();
    private readonly Channel<EmulatedRequest> _arrivals = Channel.CreateUnbounded<EmulatedRequest>();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _scenarios = new();
    private readonly ConcurrentDictionary<string, int> _inFlight = new();

    private GlmEmulator(TimeProvider time, int port)
    {
        Time = time;
        // Empty: it reads no settings and watches no files.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = 64 << 20;
        });
        _app = builder.Build();
        var chat = new ChatEndpoint(this);
        var jobs = new JobEndpoints(this, chat);
        Map("chat/completions", chat.AnswerAsync);
        Map("async/chat/completions", jobs.SubmitChatAsync);
        Map("images/generations", new PictureEndpoint(this).AnswerAsync);
        Map("videos/generations", jobs.SubmitVideoAsync);
        Map("web_search", SearchEndpoint.AnswerAsync);
        Map("layout_parsing", LayoutEndpoint.AnswerAsync);
        _app.MapGet(Base + "async-result/{id}", (HttpContext context, string id) => HandleAsync(context, "async-result/" + id, jobs.PollAsync));
        // The servers of open weights, which want no key.
        _app.MapPost("/v1/chat/completions", context => HandleAsync(context, "chat/completions", chat.AnswerAsync));
        _app.MapPost("/v1/completions", context => HandleAsync(context, "completions", OpenWeightEndpoints.CompleteAsync));
        _app.MapPost("/infill", context => HandleAsync(context, "infill", OpenWeightEndpoints.InfillAsync));
        _app.MapPost("/", context => HandleAsync(context, "", OpenWeightEndpoints.ChatGlmAsync));
        _app.MapGet("/files/{name}", FileEndpoint.AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The base of the hosted API.</summary>
    public Uri BaseAddress => new(Address, Base.TrimStart('/'));

    /// <summary>What slow answers wait on.</summary>
    public TimeProvider Time { get; }

    /// <summary>Requests of one model at once beyond which error 1302 is answered; <see langword="null"/> for any number.</summary>
    public int? MaxInFlight { get; set; }

    /// <summary>All requests so far, in the order in which they came.</summary>
    public IReadOnlyCollection<EmulatedRequest> Requests => _requests;

    /// <summary>The requests, to be waited for.</summary>
    public ChannelReader<EmulatedRequest> Arrivals => _arrivals.Reader;

    /// <summary>What the next chats are answered with, one each.</summary>
    internal ConcurrentQueue<string> Script { get; } = new();

    /// <summary>Starts an emulator.</summary>
    /// <param name="time">What slow answers wait on; <see langword="null"/> for the machine's clock.</param>
    /// <param name="port">The port; 0 for any.</param>
    public static async Task<GlmEmulator> StartAsync(TimeProvider? time = null, int port = 0)
    {
        var emulator = new GlmEmulator(time ?? TimeProvider.System, port);
        await emulator._app.StartAsync();
        emulator.Address = new Uri(emulator._app.Urls.Single() + "/");
        return emulator;
    }

    /// <summary>Answers the next requests to an endpoint by these scenarios, one each; an empty one is as well as can be.</summary>
    public void Next(string path, params ReadOnlySpan<string> scenarios)
    {
        ConcurrentQueue<string> queue = _scenarios.GetOrAdd(path, static _ => new ConcurrentQueue<string>());
        foreach (string scenario in scenarios) queue.Enqueue(scenario);
    }

    /// <summary>Answers the next chats with these words, one each.</summary>
    public void Say(params ReadOnlySpan<string> contents)
    {
        foreach (string content in contents) Script.Enqueue(content);
    }

    /// <summary>How often an endpoint was asked.</summary>
    public int Count(string path) => _requests.Count(request => request.Path == path);

    /// <summary>Waits until the process is told to end.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Nobody waits for who is still answered.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private void Map(string path, Func<HttpContext, EmulatedRequest, Task> answer) => _app.MapPost(Base + path, context => HandleAsync(context, path, answer));

    private async Task HandleAsync(HttpContext context, string path, Func<HttpContext, EmulatedRequest, Task> answer)
    {
        EmulatedRequest request = await ReadAsync(context, path);
        _requests.Enqueue(request);
        _arrivals.Writer.TryWrite(request);
        int inFlight = _inFlight.AddOrUpdate(request.Model, 1, static (_, count) => count + 1);
        try
        {
            if (context.Request.Path.StartsWithSegments(Base.TrimEnd('/')) && EmulatedKeys.Fault(request.Headers.GetValueOrDefault("Authorization"), Time.GetUtcNow()) is { } fault)
                await EmulatedError.WriteAsync(context, fault);
            else if (inFlight > MaxInFlight) await EmulatedError.WriteAsync(context, "1302");
            else if (EmulatedError.Is(request.Scenario)) await EmulatedError.WriteAsync(context, request.Scenario[1..]);
            else await answer(context, request);
        }
        catch (OperationCanceledException)
        {
            // The client is gone.
        }
        finally
        {
            _inFlight.AddOrUpdate(request.Model, 0, static (_, count) => count - 1);
        }
    }

    private async Task<EmulatedRequest> ReadAsync(HttpContext context, string path)
    {
        JsonElement body = default;
        if (HttpMethods.IsPost(context.Request.Method))
        {
            try
            {
                using JsonDocument document = await JsonDocument.ParseAsync(context.Request.Body);
                body = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                // Answered as a body without members.
            }
        }

        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        var headers = context.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        string model = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("model", out JsonElement name) ? name.ToString() : "";
        string? scenario = null;
        string queue = path.StartsWith("async-result/", StringComparison.Ordinal) ? "async-result" : path;
        if (_scenarios.TryGetValue(queue, out ConcurrentQueue<string>? next)) next.TryDequeue(out scenario);
        scenario ??= headers.GetValueOrDefault("x-scenario") ?? (model.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? model[(at + 1)..] : "");
        return new EmulatedRequest(context.Request.Method, path, headers, body, scenario, context.RequestAborted);
    }
}
