using System.Text.Json;

namespace VoiceGlm.CompletionServer;

/// <summary>A request for a completion, as the server got it.</summary>
public sealed class AskedCompletion
{
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal AskedCompletion(JsonElement body, string? authorization, string connection, CancellationToken aborted)
    {
        Body = body;
        Authorization = authorization;
        Connection = connection;
        Token = aborted;
        aborted.Register(() => _aborted.TrySetResult());
    }

    /// <summary>All of it.</summary>
    public JsonElement Body { get; }

    /// <summary>The header that carries the key.</summary>
    public string? Authorization { get; }

    /// <summary>The connection that it came by.</summary>
    public string Connection { get; }

    /// <summary>The conversation.</summary>
    public int[] Prompt => [.. Body.GetProperty("prompt").EnumerateArray().Select(static id => id.GetInt32())];

    /// <summary>Ids that are wanted at most.</summary>
    public int MaxTokens => Body.GetProperty("max_tokens").GetInt32();

    /// <summary>Cancelled when the client closes the connection.</summary>
    public CancellationToken Token { get; }

    /// <summary>Ends when the client has closed the connection before the answer was over.</summary>
    public Task Aborted => _aborted.Task;
}
