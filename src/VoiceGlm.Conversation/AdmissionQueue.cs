namespace VoiceGlm.Conversation;

/// <summary>Lets so many sessions in at once; further ones wait in order and are told their position. Thread-safe.</summary>
internal sealed class AdmissionQueue(int places, int maxQueued)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _queue = new();
    private int _places = places;

    // Below zero while more are in than there are places any more.
    private int _free = places;

    /// <summary>Waits for a place.</summary>
    /// <param name="moved">Told the position, 1 for the next, when it is known and whenever it changes.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <returns>The place, given back by disposing it; <see langword="null"/> when too many wait already.</returns>
    public async Task<IDisposable?> EnterAsync(Action<int> moved, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> node;
        int position;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new Place(this);
            }

            if (_queue.Count >= maxQueued) return null;
            node = _queue.AddLast(new Waiter(moved));
            position = _queue.Count;
        }

        moved(position);
        using (cancellationToken.UnsafeRegister(_ => Leave(node, cancellationToken), null))
        {
            await node.Value.Admitted.Task.ConfigureAwait(false);
        }

        return new Place(this);
    }

    /// <summary>Leaves so many places and no more, where there were more. Who is in stays.</summary>
    public void Narrow(int most)
    {
        lock (_lock)
        {
            if (most >= _places) return;
            _free -= _places - most;
            _places = most;
        }
    }

    private void Leave(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        Action[] news;
        lock (_lock)
        {
            if (node.List is null) return;
            _queue.Remove(node);
            news = News();
        }

        node.Value.Admitted.TrySetCanceled(cancellationToken);
        foreach (Action tell in news) tell();
    }

    private void Release()
    {
        Action[] news;
        LinkedListNode<Waiter>? next;
        lock (_lock)
        {
            next = _queue.First;
            if (next is null || _free < 0)
            {
                _free++;
                return;
            }

            _queue.RemoveFirst();
            news = News();
        }

        next.Value.Admitted.TrySetResult();
        foreach (Action tell in news) tell();
    }

    private Action[] News() => [.. _queue.Select(static (waiter, index) => (Action)(() => waiter.Moved(index + 1)))];

    private sealed record Waiter(Action<int> Moved)
    {
        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Place(AdmissionQueue queue) : IDisposable
    {
        private AdmissionQueue? _queue = queue;

        public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Release();
    }
}
