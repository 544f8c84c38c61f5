using System.Text.Json;

namespace GlmApiEmulator;

/// <summary>A request as the emulator got it. Thread-safe.</summary>
public sealed class EmulatedRequest
{
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal EmulatedRequest(string method, string path, IReadOnlyDictionary<string, string> headers, JsonElement body, string scenario, CancellationToken aborted)
    {
        Method = method;
        Path = path;
        Headers = headers;
        Body = body;
        Scenario = scenario;
        Token = aborted;
        aborted.Register(() => _aborted.TrySetResult());
    }

    /// <summary>Its method.</summary>
    public string Method { get; }

    /// <summary>Its path under the API's base, such as <c>chat/completions</c>.</summary>
    public string Path { get; }

    /// <summary>Its headers; names in any case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Its body; undefined where it has none that is JSON.</summary>
    public JsonElement Body { get; }

    /// <summary>How it is answered, such as <c>C3</c>; empty for as well as can be.</summary>
    public string Scenario { get; }

    /// <summary>The model that it asks for, without the scenario.</summary>
    public string Model => Text("model").Split('@')[0];

    /// <summary>Whether it asks for a stream.</summary>
    public bool IsStream => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("stream", out JsonElement stream) && stream.ValueKind == JsonValueKind.True;

    /// <summary>Ends when the client has closed the connection before the answer was over.</summary>
    public Task Aborted => _aborted.Task;

    /// <summary>Ends when the answer waits: for the clock, or for the client to go.</summary>
    public Task Waiting => _waiting.Task;

    /// <summary>Resets a connection that is to be reset (<c>C3</c>) now, and not after a moment: what the client has not read by then is lost to it.</summary>
    public void Cut() => _cut.TrySetResult();

    /// <summary>Cancelled when the client closes the connection.</summary>
    internal CancellationToken Token { get; }

    /// <summary>A member of the body that is a string, or an empty one.</summary>
    public string Text(string member) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Whether the scenario is one of these.</summary>
    internal bool Is(params ReadOnlySpan<string> scenarios) => scenarios.Contains(Scenario);

    /// <summary>Waits on the emulator's clock, or until the client is gone.</summary>
    internal async Task WaitAsync(TimeSpan delay, TimeProvider time)
    {
        Task waited = Task.Delay(delay, time, Token);
        _waiting.TrySetResult();
        await waited;
    }

    /// <summary>Waits until the connection is to be reset.</summary>
    internal async Task WaitForCutAsync(TimeSpan delay, TimeProvider time) => await Task.WhenAny(_cut.Task, WaitAsync(delay, time));
}
