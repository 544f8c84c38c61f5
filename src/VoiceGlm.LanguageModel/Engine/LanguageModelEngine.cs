using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// Evaluates conversations: a chunk of one, or one token of many at once. Methods block and are called on the device's thread;
/// <see cref="CreateContext"/> and the contexts may be used from others.
/// </summary>
internal sealed class LanguageModelEngine : IDisposable
{
    private readonly Graph _graph;
    private readonly KeyValueCache _cache;
    private readonly Dictionary<(int FirstSlot, int Count), SlotRange> _ranges = [];
    private readonly int _chunk;
    private bool _disposed;

    /// <summary>Loads the graph and makes room for the conversations.</summary>
    /// <exception cref="ModelLoadException">The folder lacks the graph, it cannot be loaded, or there is no memory for a conversation.</exception>
    public LanguageModelEngine(ModelFolder model, LanguageModelManifest manifest, LanguageModelOptions options)
    {
        _chunk = options.PrefillChunk;
        VocabularySize = manifest.VocabularySize;
        if (!model.Manifest.Graphs.ContainsKey(ModelParts.LanguageModel))
        {
            throw new ModelLoadException(
                model.PathOf(ModelManifest.FileName),
                "the language model's graph",
                "a model that was converted without it, for the engine openai-compatible; convert the checkpoint again without --remote-language-model");
        }

        _graph = model.LoadGraph(ModelParts.LanguageModel, options.Graph);
        try
        {
            Shape = KeyValueShape.Of(manifest, _graph, options.ContextLength);
            KeyValueBudget budget = KeyValueBudget.Of(Shape, options, MemoryOfMachine.Free(options.Graph), _graph.Path);
            _cache = new KeyValueCache(Shape, budget.Sessions, _graph, budget.Reason);
        }
        catch
        {
            _graph.Dispose();
            throw;
        }
    }

    /// <summary>What the keys and values of a conversation take.</summary>
    public KeyValueShape Shape { get; }

    /// <summary>Logits of one token.</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens that a conversation may hold.</summary>
    public int Capacity => _cache.Capacity;

    /// <summary>Keys and values of the conversations.</summary>
    public KeyValueCache Cache => _cache;

    /// <summary>Takes a place for a conversation.</summary>
    /// <exception cref="InvalidOperationException">All places are taken.</exception>
    public ConversationContext CreateContext() => _cache.Rent(VocabularySize);

    /// <summary>Evaluates the context's pending ids, chunk by chunk.</summary>
    /// <param name="context">A context with pending ids.</param>
    /// <param name="logits">Receives the logits of the last ids, as many rows as fit; empty for none. Shape [rows, vocabulary].</param>
    /// <param name="cancellationToken">Ends the run; chunks that were finished stay evaluated.</param>
    public void Extend(ConversationContext context, Span<float> logits, CancellationToken cancellationToken)
    {
        while (!context.Pending.IsEmpty) ExtendChunk(context, logits, cancellationToken);
    }

    /// <summary>Evaluates the next chunk of the context's pending ids.</summary>
    /// <param name="context">A context with pending ids.</param>
    /// <param name="logits">As in <see cref="Extend"/>: the rows that belong to this chunk are written.</param>
    /// <param name="cancellationToken">Ends the run; the context is then as before.</param>
    public void ExtendChunk(ConversationContext context, Span<float> logits, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ReadOnlySpan<TokenId> pending = context.Pending;
        int count = Math.Min(_chunk, pending.Length);
        int evaluated = context.Evaluated;
        int rows = logits.Length / VocabularySize;
        int firstWanted = Math.Clamp(pending.Length - rows, 0, count);
        int firstRow = rows - Math.Min(rows, pending.Length - firstWanted);

        using Tensor ids = Tensor.Create<long>(1, count);
        using Tensor positions = Tensor.Create<long>(1, count);
        for (int i = 0; i < count; i++)
        {
            ids.AsSpan<long>()[i] = pending[i].Value;
            positions.AsSpan<long>()[i] = evaluated + i;
        }

        using Tensor wanted = Tensor.Create<long>(count - firstWanted);
        for (int i = firstWanted; i < count; i++) wanted.AsSpan<long>()[i - firstWanted] = i;
        using Tensor last = Tensor.From<int>([evaluated + count - 1], 1);
        using Tensor longest = Tensor.From<int>([evaluated + count], 1);
        Run(RangeOf(context.Slot, 1), ids, positions, last, longest, wanted, logits[(firstRow * VocabularySize)..], cancellationToken);
        context.Advance(count);
    }

    /// <summary>Evaluates one pending id of each context in one run of the graph.</summary>
    /// <param name="contexts">Different contexts with one pending id each, of any lengths.</param>
    /// <param name="logits">Receives the logits. Shape [contexts, vocabulary].</param>
    /// <remarks>Contexts between the first and the last slot that do not take part compute a row that is written past their end and forgotten.</remarks>
    public void Step(ReadOnlySpan<ConversationContext> contexts, Span<float> logits)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int first = int.MaxValue;
        int afterLast = 0;
        foreach (ConversationContext context in contexts)
        {
            if (context.Pending.Length != 1) throw new InvalidOperationException($"A step takes one token of each conversation; one has {context.Pending.Length}.");
            first = Math.Min(first, context.Slot);
            afterLast = Math.Max(afterLast, context.Slot + 1);
        }

        int count = afterLast - first;
        using Tensor ids = Tensor.Create<long>(count, 1);
        using Tensor positions = Tensor.Create<long>(count, 1);
        using Tensor last = Tensor.Create<int>(count);
        using Tensor longest = Tensor.Create<int>(1);
        using Tensor wanted = Tensor.Create<long>(contexts.Length);
        for (int i = 0; i < count; i++)
        {
            int length = _cache.LengthOf(first + i);
            positions.AsSpan<long>()[i] = Math.Min(length, Capacity - 1);
            last.AsSpan<int>()[i] = length;
            longest.AsSpan<int>()[0] = Math.Max(longest.AsSpan<int>()[0], length + 1);
        }

        for (int i = 0; i < contexts.Length; i++)
        {
            int row = contexts[i].Slot - first;
            ids.AsSpan<long>()[row] = contexts[i].Pending[0].Value;
            wanted.AsSpan<long>()[i] = row;
        }

        // Not cancellable: the run belongs to all of them.
        Run(RangeOf(first, count), ids, positions, last, longest, wanted, logits, CancellationToken.None);
        foreach (ConversationContext context in contexts) context.Advance(1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (SlotRange range in _ranges.Values) range.Dispose();
        _cache.Dispose();
        _graph.Dispose();
    }

    private void Run(
        SlotRange range,
        Tensor ids,
        Tensor positions,
        Tensor last,
        Tensor longest,
        Tensor wanted,
        Span<float> logits,
        CancellationToken cancellationToken)
    {
        using Tensor output = Tensor.Create<float>(wanted.Count, VocabularySize);
        range.Call.Input("token_ids", ids).Input("positions", positions)
            .Input("last_positions", last).Input("longest", longest).Input("logit_rows", wanted)
            .Output("logits", output)
            .Run(cancellationToken);
        output.AsSpan<float>().CopyTo(logits);
    }

    private SlotRange RangeOf(int firstSlot, int count)
    {
        if (!_ranges.TryGetValue((firstSlot, count), out SlotRange? range))
        {
            _ranges[(firstSlot, count)] = range = new SlotRange(_graph, _cache, firstSlot, count);
        }

        return range;
    }
}
