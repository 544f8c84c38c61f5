using System.Numerics;
using System.Numerics.Tensors;

namespace VoiceGlm.Audio;

/// <summary>
/// Changes the sample rate of a stream of mono sound, piece by piece: the output does not depend on how the input was cut.
/// Allocates nothing once made. Not thread-safe.
/// </summary>
/// <remarks>
/// A windowed sinc, as torchaudio's <c>sinc_interp_hann</c> with its defaults (6 zero crossings, roll-off 0.99): torchaudio
/// functional.py. Each output phase keeps only the taps under its window; the others are zeros there.
/// </remarks>
public sealed class Resampler
{
    private const int ZeroCrossings = 6;
    private const double RollOff = 0.99;
    private const int BufferedSamples = 4096;

    private readonly int _inputStep;
    private readonly int _outputStep;
    private readonly int _width;
    private readonly int _taps;
    private readonly float[] _kernel;
    private readonly int[] _advance;
    private readonly float[] _buffer;
    private int _buffered;
    private int _position;
    private int _phase;
    private long _inputCount;
    private long _outputCount;

    /// <summary>Makes a resampler for two rates.</summary>
    public Resampler(SampleRate input, SampleRate output)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(input.Hertz, nameof(input));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(output.Hertz, nameof(output));
        int divisor = (int)BigInteger.GreatestCommonDivisor(input.Hertz, output.Hertz);
        _inputStep = input.Hertz / divisor;
        _outputStep = output.Hertz / divisor;
        double cutoff = Math.Min(_inputStep, _outputStep) * RollOff;
        _width = (int)Math.Ceiling(ZeroCrossings * _inputStep / cutoff);
        _taps = 2 * _width;
        _kernel = new float[_outputStep * _taps];
        _advance = new int[_outputStep];
        for (int phase = 0; phase < _outputStep; phase++)
        {
            FillTaps(phase, cutoff, _kernel.AsSpan(phase * _taps, _taps));
            _advance[phase] = FirstTap(phase + 1) - FirstTap(phase);
        }

        _buffer = new float[_taps + BufferedSamples];
        Reset();
    }

    /// <summary>Input samples that must follow a place in the input before its output is known.</summary>
    public int LatencySamples => _inputStep == _outputStep ? 0 : _width;

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
        if (_inputStep == _outputStep)
        {
            input.CopyTo(output);
            written = input.Length;
        }

        while (_inputStep != _outputStep && input.Length > 0)
        {
            int taken = Math.Min(input.Length, _buffer.Length - _buffered);
            input[..taken].CopyTo(_buffer.AsSpan(_buffered));
            input = input[taken..];
            _buffered += taken;
            while (_position + _taps <= _buffered)
            {
                output[written++] = TensorPrimitives.Dot<float>(_buffer.AsSpan(_position, _taps), _kernel.AsSpan(_phase * _taps, _taps));
                _position += _advance[_phase];
                _phase = _phase + 1 == _outputStep ? 0 : _phase + 1;
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
            int taps = Math.Clamp(_buffered - position, 0, _taps);
            output[i] = TensorPrimitives.Dot<float>(_buffer.AsSpan(position, taps), _kernel.AsSpan(phase * _taps, taps));
            position = Math.Min(position + _advance[phase], _buffer.Length);
            phase = phase + 1 == _outputStep ? 0 : phase + 1;
        }

        return length;
    }

    /// <summary>Forgets the stream and begins another.</summary>
    public void Reset()
    {
        // Silence precedes the beginning.
        _buffered = -FirstTap(0);
        _buffer.AsSpan(0, _buffered).Clear();
        _position = 0;
        _phase = 0;
        _inputCount = 0;
        _outputCount = 0;
    }

    private long OutputsOf(long inputs) => ((inputs * _outputStep) + _inputStep - 1) / _inputStep;

    private int FirstTap(int phase) => (int)((long)phase * _inputStep / _outputStep) + 1 - _width;

    private void FillTaps(int phase, double cutoff, Span<float> taps)
    {
        // The reference rounds the phase to a 32-bit float, and computes the rest in double.
        double shift = -(float)phase / (float)_outputStep;
        for (int i = 0; i < taps.Length; i++)
        {
            double time = Math.Clamp((shift + ((double)(FirstTap(phase) + i) / _inputStep)) * cutoff, -ZeroCrossings, ZeroCrossings);
            double window = Math.Cos(time * Math.PI / ZeroCrossings / 2);
            double angle = time * Math.PI;
            double sinc = angle == 0 ? 1 : Math.Sin(angle) / angle;
            taps[i] = (float)(sinc * window * window * (cutoff / _inputStep));
        }
    }
}
