using System.Collections.Concurrent;

namespace VoiceGlm.Tools.Tests;

/// <summary>A conversation that remembers what tools show and have announced.</summary>
internal sealed class ToolCaller : IToolSession, IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    public SessionId Id { get; } = new(Guid.NewGuid());

    public string Language { get; set; } = "en";

    public UserImage? Image { get; set; }

    public CancellationToken Ended => _ended.Token;

    public ConcurrentQueue<(string Id, Card Card)> Shown { get; } = new();

    public ConcurrentQueue<string> Announced { get; } = new();

    /// <summary>Ends with the next announcement.</summary>
    public TaskCompletionSource<string> Announcing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask ShowAsync(string id, Card card, CancellationToken cancellationToken)
    {
        Shown.Enqueue((id, card));
        return ValueTask.CompletedTask;
    }

    /// <summary>What the user says when they are asked; <see langword="null"/> for nothing, until their time is over.</summary>
    public bool? Allows { get; set; }

    /// <summary>Questions so far.</summary>
    public int Questions { get; private set; }

    public Task<bool> AskAsync(string id, TimeSpan answerTime, CancellationToken cancellationToken)
    {
        Questions++;
        return Task.FromResult(Allows ?? false);
    }

    public void Announce(string words)
    {
        Announced.Enqueue(words);
        Announcing.TrySetResult(words);
    }

    public void End() => _ended.Cancel();

    public void Dispose() => _ended.Dispose();
}
