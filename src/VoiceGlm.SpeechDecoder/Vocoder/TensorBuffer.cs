using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>Memory for a tensor whose shape changes from call to call: it grows, and is reused. Not thread-safe.</summary>
internal sealed class TensorBuffer : IDisposable
{
    private Tensor? _memory;
    private Tensor? _view;

    /// <summary>The tensor of the last <see cref="Shaped"/>.</summary>
    public Tensor Current => _view ?? throw new InvalidOperationException("The buffer has no shape yet.");

    /// <summary>A tensor of floats of the given shape, over the buffer's memory; ends the one before. Its contents are what was left there.</summary>
    public Tensor Shaped(params ReadOnlySpan<long> shape)
    {
        if (_view is not null && _view.Shape.SequenceEqual(shape)) return _view;
        long count = 1;
        foreach (long length in shape) count *= length;
        _view?.Dispose();
        _view = null;
        if (_memory is null || _memory.Shape[0] < count)
        {
            long capacity = Math.Max(count, 2 * (_memory?.Shape[0] ?? 0));
            _memory?.Dispose();
            _memory = Tensor.Create<float>(capacity);
        }

        return _view = _memory.View<float>(0, shape);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view?.Dispose();
        _memory?.Dispose();
    }
}
