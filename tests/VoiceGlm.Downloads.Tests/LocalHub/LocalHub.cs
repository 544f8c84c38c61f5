using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VoiceGlm.Downloads.Tests;

/// <summary>
/// Serves repositories as Hugging Face and ModelScope do: listings and small files on one port, large files on another to which the first leads. Counts
/// what it gives, and misbehaves where it is told to.
/// </summary>
internal sealed class LocalHub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, LocalRepository> _repositories = [];
    private readonly ConcurrentDictionary<string, string> _renamed = [];
    private Memory _memory = new();
    private bool _disposed;

    private LocalHub()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MinResponseDataRate = null;
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public Uri Endpoint { get; private set; } = null!;

    public Uri Store { get; private set; } = null!;

    /// <summary>The token without which nothing is given, or <see langword="null"/>.</summary>
    public string? Token { get; set; }

    /// <summary>What to do wrong on a request.</summary>
    public Func<LocalRequest, Misbehaviour?> Misbehave { get; set; } = static _ => null;

    /// <summary>What to wait for before a request is answered.</summary>
    public Func<LocalRequest, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public IReadOnlyList<LocalRequest> Requests => [.. _memory.Requests];

    /// <summary>Requests for files, at the place where their bytes are.</summary>
    public IReadOnlyList<LocalRequest> Fetches => [.. _memory.Requests.Where(static request => request.File is { } file && request.AtStore == LocalRepository.IsLarge(file))];

    /// <summary>Bytes of files that were sent.</summary>
    public long BytesSent => Interlocked.Read(ref _memory.BytesSent);

    public static async Task<LocalHub> StartAsync()
    {
        var hub = new LocalHub();
        await hub._app.StartAsync();
        Uri[] addresses = [.. hub._app.Urls.Select(static url => new Uri(url))];
        (hub.Endpoint, hub.Store) = (addresses[0], addresses[1]);
        return hub;
    }

    public LocalRepository Publish(LocalRepository repository) => _repositories[repository.Name] = repository;

    public void Rename(string former, string present) => _renamed[former] = present;

    /// <summary>Forgets what was asked and sent.</summary>
    public void Forget() => _memory = new Memory();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Memory memory = _memory;
        bool atStore = context.Connection.LocalPort == Store.Port;
        Target target = Target.Of(context.Request, atStore, _repositories.Values);
        string? token = context.Request.Headers.Authorization.ToString() is { Length: > 0 } bearer ? bearer["Bearer ".Length..] : context.Request.Cookies["m_session_id"];
        (long? start, long? end) = context.Request.GetTypedHeaders().Range?.Ranges.Single() is { } range ? (range.From, range.To + 1) : ((long?)null, (long?)null);
        int number = memory.Numbers.AddOrUpdate((atStore, target.What), 0, static (_, before) => before + 1);
        var request = new LocalRequest(number, atStore, target.File, context.Request.Path + context.Request.QueryString, start, end, token);
        memory.Requests.Enqueue(request);
        await Before(request);
        Misbehaviour? misbehaviour = Misbehave(request);
        HttpResponse response = context.Response;
        if (misbehaviour is Misbehaviour.Answer answer)
        {
            response.StatusCode = answer.Status;
            foreach ((string name, string value) in answer.Headers) response.Headers[name] = value;
            await response.WriteAsync(answer.Body, context.RequestAborted);
        }
        else if (misbehaviour is Misbehaviour.Lead lead)
        {
            response.Redirect(lead.Location);
        }
        else if (target.Repository is { } former && _renamed.TryGetValue(former, out string? present))
        {
            response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            response.Headers.Location = request.Path.Replace(former, present, StringComparison.Ordinal);
        }
        else if (!atStore && Token is not null && token != Token)
        {
            response.StatusCode = StatusCodes.Status401Unauthorized;
            response.Headers["X-Error-Code"] = "RepoNotFound";
        }
        else if (target.Repository is null || !_repositories.TryGetValue(target.Repository, out LocalRepository? repository))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            if (!target.IsModelScope) response.Headers["X-Error-Code"] = "RepoNotFound";
        }
        else
        {
            await ServeAsync(context, target, repository, request, misbehaviour, sent => Interlocked.Add(ref memory.BytesSent, sent));
        }
    }

    private async Task ServeAsync(HttpContext context, Target target, LocalRepository repository, LocalRequest request, Misbehaviour? misbehaviour, Action<int> sent)
    {
        HttpResponse response = context.Response;
        if (target.IsModelScope && target.File is null)
        {
            await response.WriteAsync(target.Revision is "master" ? ModelScopeListing(repository).ToJsonString() : """{"Code":200,"Data":{"Files":null,"LatestCommitter":null},"Message":"success","Success":true}""");
        }
        else if (!target.IsModelScope && target.Revision is { } revision && revision != "main" && revision != repository.Commit)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            response.Headers["X-Error-Code"] = "RevisionNotFound";
        }
        else if (target.File is not { } file)
        {
            await response.WriteAsync(target.IsTree ? Tree(repository).ToJsonString() : new JsonObject { ["id"] = repository.Name, ["sha"] = repository.Commit }.ToJsonString());
        }
        else if (!repository.Files.TryGetValue(file, out byte[]? bytes))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            response.Headers["X-Error-Code"] = "EntryNotFound";
        }
        else if (!request.AtStore && LocalRepository.IsLarge(file))
        {
            string digest = LocalRepository.Sha256(bytes);
            response.Headers["X-Linked-ETag"] = $"\"{(misbehaviour is Misbehaviour.OtherLinked other ? other.Digest : digest)}\"";
            response.Headers["X-Linked-Size"] = $"{bytes.Length}";
            response.Redirect(new Uri(Store, $"{digest}?signature=secret").ToString());
        }
        else
        {
            await LocalBody.SendAsync(context, bytes, request, misbehaviour, sent);
        }
    }

    private static JsonArray Tree(LocalRepository repository)
    {
        var entries = new JsonArray(new JsonObject { ["type"] = "directory", ["oid"] = new string('a', 40), ["size"] = 0, ["path"] = "figures" });
        foreach ((string name, byte[] bytes) in repository.Files)
        {
            var entry = new JsonObject { ["type"] = "file", ["oid"] = LocalRepository.GitBlob(bytes), ["size"] = bytes.Length, ["path"] = name };
            // Git itself has a pointer of some 130 bytes, which has a digest of its own.
            if (LocalRepository.IsLarge(name)) entry["lfs"] = new JsonObject { ["oid"] = LocalRepository.Sha256(bytes), ["size"] = bytes.Length, ["pointerSize"] = 134 };
            entries.Add(entry);
        }

        return entries;
    }

    private static JsonObject ModelScopeListing(LocalRepository repository)
    {
        var files = new JsonArray(new JsonObject { ["Name"] = "figures", ["Path"] = "figures", ["Type"] = "tree", ["Size"] = 0, ["Revision"] = new string('b', 40) });
        foreach ((string name, byte[] bytes) in repository.Files)
        {
            files.Add(new JsonObject
            {
                ["Name"] = name,
                ["Path"] = name,
                ["Type"] = "blob",
                ["Size"] = bytes.Length,
                ["Sha256"] = LocalRepository.Sha256(bytes),
                ["IsLFS"] = LocalRepository.IsLarge(name),
                // The file that the newest commit changed has its name.
                ["Revision"] = name == repository.Files.Keys.Last() ? repository.Commit : new string('c', 40),
            });
        }

        return new JsonObject
        {
            ["Code"] = 200,
            ["Message"] = "success",
            ["Success"] = true,
            ["Data"] = new JsonObject { ["Files"] = files, ["LatestCommitter"] = new JsonObject { ["Id"] = "", ["ShortId"] = repository.Commit[..8] } },
        };
    }

    /// <summary>What was asked and sent.</summary>
    private sealed class Memory
    {
        public readonly ConcurrentQueue<LocalRequest> Requests = [];
        public readonly ConcurrentDictionary<(bool AtStore, string What), int> Numbers = [];
        public long BytesSent;
    }

    /// <summary>What a request asks for.</summary>
    private sealed record Target(string? Repository, string? Revision, string? File, bool IsTree = false, bool IsModelScope = false)
    {
        public string What => File ?? $"{Repository} {(IsTree ? "tree" : "listing")}";

        public static Target Of(HttpRequest request, bool atStore, IEnumerable<LocalRepository> repositories)
        {
            string[] words = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (atStore)
            {
                return repositories.SelectMany(static repository => repository.Files, static (repository, file) => (repository, file))
                    .Where(pair => LocalRepository.Sha256(pair.file.Value) == words[0])
                    .Select(static pair => new Target(pair.repository.Name, null, pair.file.Key))
                    .First();
            }

            return words switch
            {
                ["api", "v1", "models", var owner, var name, "repo", "files"] => new Target($"{owner}/{name}", request.Query["Revision"], null, IsModelScope: true),
                ["api", "v1", "models", var owner, var name, "repo"] => new Target($"{owner}/{name}", request.Query["Revision"], request.Query["FilePath"], IsModelScope: true),
                ["api", "models", var owner, var name, "revision", var revision] => new Target($"{owner}/{name}", revision, null),
                ["api", "models", var owner, var name, "tree", var revision] => new Target($"{owner}/{name}", revision, null, IsTree: true),
                [var owner, var name, "resolve", var revision, var file] => new Target($"{owner}/{name}", revision, file),
                _ => new Target(null, null, null),
            };
        }
    }
}
