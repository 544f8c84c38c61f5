using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace VoiceGlm.LanguageModel;

/// <summary>One server: how it is, and how many conversations it has. Thread-safe; <see cref="Conversations"/> belongs to the pool's lock.</summary>
internal sealed class Endpoint
{
    private readonly HttpClient _http;
    private readonly string? _wanted;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly Action<RemoteEndpointStatus>? _changed;
    private readonly Lock _lock = new();
    private RemoteEndpointStatus _status;

    public Endpoint(Uri address, HttpClient http, RemoteModelOptions options, TimeProvider time, Action<RemoteEndpointStatus>? changed)
    {
        Address = address;
        _http = http;
        _wanted = options.Model;
        _patience = options.HealthInterval;
        _time = time;
        _changed = changed;
        _status = new RemoteEndpointStatus(address, false, $"{address} was not asked yet.");
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>How it is, as far as is known.</summary>
    public RemoteEndpointStatus Status => Volatile.Read(ref _status);

    /// <summary>The model as it was last seen there, or <see langword="null"/>.</summary>
    public ServedModel? Model { get; private set; }

    /// <summary>Conversations that are held with it.</summary>
    public int Conversations { get; set; }

    /// <summary>Asks the server whether it is well and serves the model. Never throws but for the token.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            ServedModel model = await FindModelAsync(either.Token).ConfigureAwait(false);
            Model = model;
            Tell(true, $"{Address} serves '{model.Id}'.");
        }
        catch (RemoteModelException exception)
        {
            Tell(false, exception.Message);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException or NotSupportedException or InvalidOperationException)
        {
            Tell(false, $"{Address} does not answer as expected: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Tell(false, $"{Address} did not answer within {_patience.TotalSeconds:0.###} s.");
        }
    }

    /// <summary>Says that a request has shown the server to be unwell; the next <see cref="ProbeAsync"/> looks again.</summary>
    public void Blame(RemoteModelException exception) => Tell(false, exception.Message);

    private async Task<ServedModel> FindModelAsync(CancellationToken cancellationToken)
    {
        using (HttpResponseMessage health = await _http.GetAsync(new Uri(Address, "health"), HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false))
        {
            // A server or proxy without that page is judged by its models alone.
            if (!health.IsSuccessStatusCode && health.StatusCode != HttpStatusCode.NotFound) throw Failed($"is not well: /health says {(int)health.StatusCode}");
        }

        using HttpResponseMessage listed = await _http.GetAsync(new Uri(Address, "v1/models"), cancellationToken).ConfigureAwait(false);
        if (listed.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) throw Failed($"refuses the key: /v1/models says {(int)listed.StatusCode}");
        listed.EnsureSuccessStatusCode();
        ServedModels? answer = await listed.Content.ReadFromJsonAsync(CompletionJsonContext.Default.ServedModels, cancellationToken).ConfigureAwait(false);
        ServedModel[] models = [.. (answer?.Data ?? []).OfType<ServedModel>()];
        return models.FirstOrDefault(model => _wanted is null || model.Id == _wanted)
            ?? throw Failed($"serves {(models is [] ? "no model" : string.Join(", ", models.Select(static model => $"'{model.Id}'")))}{(_wanted is null ? "" : $", not '{_wanted}'")}");
    }

    private RemoteModelException Failed(string what) => new(Address, RemoteFailure.Refused, what);

    // What was known already is not told again.
    private void Tell(bool healthy, string reason)
    {
        RemoteEndpointStatus status = new(Address, healthy, reason);
        lock (_lock)
        {
            if (status == _status) return;
            Volatile.Write(ref _status, status);
        }

        _changed?.Invoke(status);
    }
}
