using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// Works on all requests at once. A round is one step of all conversations that speak, then one chunk of one that is still being
/// read; requests join and leave between rounds, and other work of the device runs between them, before them where it is more urgent. Thread-safe.
/// </summary>
internal sealed class LanguageModelScheduler(LanguageModelEngine engine, InferenceDevice device, SpeechVocabulary vocabulary)
{
    private readonly Lock _lock = new();
    private readonly Queue<Generation> _arrived = [];
    private bool _pumping;

    // The device's thread only.
    private readonly Queue<Generation> _reading = [];
    private readonly List<Generation> _speaking = [];
    private float[] _logits = [];

    /// <summary>Adds a request.</summary>
    /// <param name="generation">A request whose context has something pending.</param>
    public void Add(Generation generation)
    {
        lock (_lock)
        {
            _arrived.Enqueue(generation);
            if (_pumping) return;
            _pumping = true;
        }

        _ = PumpAsync();
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await device.RunAsync(RunRound, NextDeadline, CancellationToken.None).ConfigureAwait(false))
            {
            }
        }
#pragma warning disable CA1031 // Whatever ended the rounds, those who wait for them must hear of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Abandon(exception);
        }
    }

    private bool RunRound(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            while (_arrived.TryDequeue(out Generation? generation)) _reading.Enqueue(generation);
            if (_reading.Count == 0 && _speaking.Count == 0) return _pumping = false;
        }

        Step();
        ReadChunk();
        return true;
    }

    // Who is read is waited for; of those who speak, the one whose listener is the first to run dry counts.
    private Deadline NextDeadline()
    {
        lock (_lock)
        {
            if (_arrived.Count > 0 || _reading.Count > 0 || _speaking.Count == 0) return Deadline.AtOnce;
        }

        return _speaking.Min(static generation => generation.Deadline);
    }

    private void Step()
    {
        _speaking.RemoveAll(EndIfCancelled);
        if (_speaking.Count == 0) return;
        Span<float> logits = Logits(_speaking.Count);
        engine.Step([.. _speaking.Select(static generation => generation.Context)], logits);
        for (int i = _speaking.Count - 1; i >= 0; i--)
        {
            if (!Accept(_speaking[i], logits.Slice(i * engine.VocabularySize, engine.VocabularySize))) _speaking.RemoveAt(i);
        }
    }

    private void ReadChunk()
    {
        // It stays in the queue while the engine runs, where a failure finds it.
        if (!_reading.TryPeek(out Generation? generation)) return;
        Span<float> logits = Logits(generation.Generates ? 1 : 0);
        bool evaluated = !EndIfCancelled(generation) && Evaluate(generation, logits);
        _reading.Dequeue();
        if (!evaluated) return;

        // Behind the others that are read: a long prompt does not hold a short one.
        if (!generation.Context.Pending.IsEmpty) _reading.Enqueue(generation);
        else if (!generation.Generates) generation.Complete();
        else if (Accept(generation, logits)) _speaking.Add(generation);
    }

    private bool Evaluate(Generation generation, Span<float> logits)
    {
        try
        {
            if (!generation.Context.Pending.IsEmpty) engine.ExtendChunk(generation.Context, logits, generation.CancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            generation.Cancel();
            return false;
        }
    }

    private bool Accept(Generation generation, ReadOnlySpan<float> logits)
    {
        try
        {
            if (generation.Accept(logits, vocabulary)) return true;
            generation.Complete();
        }
        catch (InvalidOperationException exception)
        {
            generation.Fail(exception);
        }

        return false;
    }

    private static bool EndIfCancelled(Generation generation)
    {
        if (!generation.CancellationToken.IsCancellationRequested) return false;
        generation.Cancel();
        return true;
    }

    private Span<float> Logits(int rows)
    {
        int length = rows * engine.VocabularySize;
        if (_logits.Length < length) _logits = new float[length];
        return _logits.AsSpan(0, length);
    }

    private void Abandon(Exception exception)
    {
        lock (_lock)
        {
            foreach (Generation generation in (ReadOnlySpan<Generation>)[.. _arrived, .. _reading, .. _speaking]) generation.Fail(exception);
            _arrived.Clear();
            _reading.Clear();
            _speaking.Clear();
            _pumping = false;
        }
    }
}
