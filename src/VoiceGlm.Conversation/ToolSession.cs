using System.Collections.Concurrent;

namespace VoiceGlm.Conversation;

/// <summary>What tools see of a session: they show cards, and have things said at a pause. Thread-safe.</summary>
/// <param name="connection">The far side.</param>
/// <param name="language">The language of the service's own sentences.</param>
/// <param name="time">The clock.</param>
/// <param name="announce">Takes what is to be said.</param>
/// <param name="ended">Cancelled when the session ends.</param>
internal sealed class ToolSession(IVoiceConnection connection, Func<string> language, TimeProvider time, Action<string> announce, CancellationToken ended) : IToolSession
{
    private static readonly string[] s_yes = ["yes", "ok", "okay", "sure", "go on", "continue", "allow", "是", "好", "好的", "可以", "同意", "继续"];
    private static readonly string[] s_no = ["no", "stop", "deny", "don't", "do not", "不", "不行", "不要", "停", "取消"];

    private readonly ConcurrentDictionary<string, TaskCompletionSource<bool>> _questions = new();
    private UserImage? _image;

    /// <inheritdoc/>
    public SessionId Id { get; } = new(Guid.NewGuid());

    /// <inheritdoc/>
    public string Language => language();

    /// <inheritdoc/>
    public UserImage? Image
    {
        get => Volatile.Read(ref _image);
        set => Volatile.Write(ref _image, value);
    }

    /// <inheritdoc/>
    public CancellationToken Ended => ended;

    /// <inheritdoc/>
    public ValueTask ShowAsync(string id, Card card, CancellationToken cancellationToken) => connection.SendAsync(new VoiceEvent.CardShown(id, card), cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> AskAsync(string id, TimeSpan answerTime, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions[id] = answer;
        try
        {
            return await answer.Task.WaitAsync(answerTime, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            _questions.TryRemove(id, out _);
        }
    }

    /// <summary>The user answers a question, if there is such a one.</summary>
    public void Decide(string id, bool isAllowed)
    {
        if (_questions.TryGetValue(id, out TaskCompletionSource<bool>? answer)) answer.TrySetResult(isAllowed);
    }

    /// <summary>Takes words that answer the only question there is.</summary>
    /// <returns>Whether they do.</returns>
    public bool TakeAnswer(string text)
    {
        string word = text.Trim().Trim('.', '!', '。', '！').ToLowerInvariant();
        bool isAllowed = s_yes.Contains(word);
        if (!isAllowed && !s_no.Contains(word)) return false;
        return _questions.Values.ToArray() is [var question] && question.TrySetResult(isAllowed);
    }

    /// <inheritdoc/>
    public void Announce(string words) => announce(words);
}
