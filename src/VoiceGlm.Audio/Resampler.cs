using System.Numerics.Tensors;

namespace VoiceGlm.Audio;

/// <summary>
/// Changes the sample rate of a stream of mono sound, piece by piece: the output does not depend on how the input was cut.
/// Allocates nothing once made. Not thread-safe.
/// </summary>
public sealed class Resampler
{
    private const int BufferedSamples = 4096;

    private readonly ResamplerKernel _kernel;
    private readonly float[] _buffer;
    private int _buffered;
    private int _position;
    private int _phase;
    private long _inputCount;
    private long _outputCount;

    /// <summary>Makes a resampler for two rates.</summary>
    /// <param name="input">Rate of what comes.</param>
    /// <param name="output">Rate of what is wanted.</param>
    /// <param name="filter">What is kept and what is kept out; <see langword="null"/> for <see cref="ResamplerFilter.Reference"/>.</param>
    public Resampler(SampleRate input, SampleRate output, ResamplerFilter? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(input.Hertz, nameof(input));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(output.Hertz, nameof(output));
        _kernel = ResamplerKernel.Of(input, output, filter ?? ResamplerFilter.Reference);
        _buffer = new float[_kernel.TapCount + BufferedSamples];
        Reset();
    }

    /// <summary>Input samples that must follow a place in the input before its output is known.</summary>
    public int LatencySamples => _kernel.IsIdentity ? 0 : _kernel.Width;

    /// <summary>Number of samples that <see cref="Tail"/> writes.</summary>
    public int TailLength => (int)(OutputsOf(_inputCount) - _outputCount);

    /// <summary>The most samples that <see cref="Process"/> can write for an input of a length.</summary>
    public int OutputCapacity(int inputLength) => checked((int)(OutputsOf(_inputCount + inputLength) - _outputCount));

    /// <summary>Takes the next samples and writes the output that became known.</summary>
    /// <param name="input">Any number of samples.</param>
    /// <param name="output">Room for <see cref="OutputCapacity"/> samples.</param>
    /// <returns>The number of samples written.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> is too short; nothing was taken.</exception>
    public int Process(ReadOnlySpan<float> input, Span<float> output)
    {
        int capacity = OutputCapacity(input.Length);
        if (output.Length < capacity) throw new ArgumentException($"The output needs room for {capacity} samples, not {output.Length}.", nameof(output));
        _inputCount += input.Length;
        int written = 0;
        if (_kernel.IsIdentity)
        {
            input.CopyTo(output);
            written = input.Length;
        }

        while (!_kernel.IsIdentity && input.Length > 0)
        {
            int taken = Math.Min(input.Length, _buffer.Length - _buffered);
            input[..taken].CopyTo(_buffer.AsSpan(_buffered));
            input = input[taken..];
            _buffered += taken;
            while (_position + _kernel.TapCount <= _buffered)
            {
                output[written++] = TensorPrimitives.Dot(_buffer.AsSpan(_position, _kernel.TapCount), _kernel.Taps(_phase));
                _position += _kernel.Advance(_phase);
                _phase = _phase + 1 == _kernel.OutputStep ? 0 : _phase + 1;
            }

            int done = Math.Min(_position, _buffered);
            _buffer.AsSpan(done, _buffered - done).CopyTo(_buffer);
            _buffered -= done;
            _position -= done;
        }

        _outputCount += written;
        return written;
    }

    /// <summary>Writes the rest of the output as if the input ended here, without ending it.</summary>
    /// <param name="output">Room for <see cref="TailLength"/> samples.</param>
    /// <returns>The number of samples written; with those written before, ⌈input samples × output rate ÷ input rate⌉.</returns>
    public int Tail(Span<float> output)
    {
        int length = TailLength;
        int position = _position;
        int phase = _phase;
        for (int i = 0; i < length; i++)
        {
            // Silence follows the end.
            int taps = Math.Clamp(_buffered - position, 0, _kernel.TapCount);
            output[i] = TensorPrimitives.Dot(_buffer.AsSpan(position, taps), _kernel.Taps(phase)[..taps]);
            position = Math.Min(position + _kernel.Advance(phase), _buffer.Length);
            phase = phase + 1 == _kernel.OutputStep ? 0 : phase + 1;
        }

        return length;
    }

    /// <summary>Forgets the stream and begins another.</summary>
    public void Reset()
    {
        // Silence precedes the beginning.
        _buffered = -_kernel.FirstTap(0);
        _buffer.AsSpan(0, _buffered).Clear();
        _position = 0;
        _phase = 0;
        _inputCount = 0;
        _outputCount = 0;
    }

    private long OutputsOf(long inputs) => ((inputs * _kernel.OutputStep) + _kernel.InputStep - 1) / _kernel.InputStep;
}
