using Microsoft.ML.OnnxRuntime;

namespace VoiceGlm.Inference;

/// <summary>
/// Inputs and outputs of a graph by name, set once and run many times. Not thread-safe. The tensors that are set belong to
/// the caller; those that a run makes belong to the call and live until the next run.
/// </summary>
public sealed class GraphCall : IDisposable
{
    private readonly Graph _graph;
    private readonly string[] _inputNames;
    private readonly Tensor?[] _inputs;
    private readonly OrtValue[] _inputValues;
    private readonly Tensor?[] _given;
    private readonly Tensor?[] _made;
    private readonly bool[] _wanted;
    private readonly RunOptions _runOptions = new();
    private string[] _outputNames = [];
    private OrtValue?[] _outputValues = [];

    internal GraphCall(Graph graph)
    {
        _graph = graph;
        _inputNames = [.. graph.InputNames];
        _inputs = new Tensor?[graph.InputNames.Count];
        _inputValues = new OrtValue[graph.InputNames.Count];
        _given = new Tensor?[graph.OutputNames.Count];
        _made = new Tensor?[graph.OutputNames.Count];
        _wanted = new bool[graph.OutputNames.Count];
    }

    /// <summary>Sets an input.</summary>
    /// <exception cref="ArgumentException">The graph has no such input.</exception>
    public GraphCall Input(string name, Tensor tensor)
    {
        _inputs[IndexOf(_graph.InputNames, name, "input")] = tensor;
        return this;
    }

    /// <summary>Asks for an output, written to <paramref name="tensor"/>, or to a new tensor where it is <see langword="null"/>.</summary>
    /// <exception cref="ArgumentException">The graph has no such output.</exception>
    public GraphCall Output(string name, Tensor? tensor = null)
    {
        int index = IndexOf(_graph.OutputNames, name, "output");
        _given[index] = tensor;
        if (_wanted[index]) return this;
        _wanted[index] = true;
        _outputNames = [.. _graph.OutputNames.Where((_, i) => _wanted[i])];
        _outputValues = new OrtValue?[_outputNames.Length];
        return this;
    }

    /// <summary>Runs the graph on the calling thread.</summary>
    /// <exception cref="OperationCanceledException">The token asked for the end; the run stopped between two operators. The call can be run again.</exception>
    /// <exception cref="InvalidOperationException">An input is missing, has a wrong shape or type, or no output is asked for.</exception>
    public void Run(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool everyOutputGiven = Gather();
        ReleaseMade();
        try
        {
            using (cancellationToken.UnsafeRegister(static state => ((RunOptions)state!).Terminate = true, _runOptions))
            {
                if (everyOutputGiven) _graph.Session.Run(_runOptions, _inputNames, _inputValues, _outputNames, _outputValues!);
                else RunAndMake();
            }
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidOperationException($"{_graph.Path}: {exception.Message}", exception);
        }
        finally
        {
            // The token may also have asked after the last operator. Either way the next run starts afresh; nobody sets the
            // flag any more, because the registration is disposed.
            if (_runOptions.Terminate) _runOptions.Terminate = false;
        }
    }

    /// <summary>An output of the last run.</summary>
    /// <exception cref="InvalidOperationException">The output was not asked for, or nothing has run.</exception>
    public Tensor Result(string name)
    {
        int index = IndexOf(_graph.OutputNames, name, "output");
        return _given[index] ?? _made[index] ?? throw new InvalidOperationException($"{_graph.Path}: output '{name}' was not computed.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReleaseMade();
        _runOptions.Dispose();
    }

    private bool Gather()
    {
        for (int i = 0; i < _inputs.Length; i++)
        {
            Tensor tensor = _inputs[i] ?? throw new InvalidOperationException($"{_graph.Path}: input '{_inputNames[i]}' is not set.");
            _inputValues[i] = tensor.Value;
        }

        if (_outputNames.Length == 0) throw new InvalidOperationException($"{_graph.Path}: no output is asked for.");
        bool everyOutputGiven = true;
        for (int i = 0, next = 0; i < _wanted.Length; i++)
        {
            if (!_wanted[i]) continue;
            everyOutputGiven &= _given[i] is not null;
            _outputValues[next++] = _given[i]?.Value;
        }

        return everyOutputGiven;
    }

    // An output without a tensor gets one from the runtime: the binding takes both kinds.
    private void RunAndMake()
    {
        using OrtIoBinding binding = _graph.Session.CreateIoBinding();
        for (int i = 0; i < _inputValues.Length; i++) binding.BindInput(_inputNames[i], _inputValues[i]);
        for (int i = 0; i < _outputValues.Length; i++)
        {
            if (_outputValues[i] is { } value) binding.BindOutput(_outputNames[i], value);
            else binding.BindOutputToDevice(_outputNames[i], OrtMemoryInfo.DefaultInstance);
        }

        _graph.Session.RunWithBinding(_runOptions, binding);
        IDisposableReadOnlyCollection<OrtValue> values = binding.GetOutputValues();
        for (int i = 0, next = 0; i < _wanted.Length; i++)
        {
            if (!_wanted[i]) continue;
            if (_given[i] is null) _made[i] = Tensor.Adopt(values[next]);
            else values[next].Dispose();
            next++;
        }
    }

    private void ReleaseMade()
    {
        for (int i = 0; i < _made.Length; i++)
        {
            _made[i]?.Dispose();
            _made[i] = null;
        }
    }

    private int IndexOf(IReadOnlyList<string> names, string name, string kind)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name) return i;
        }

        throw new ArgumentException($"{_graph.Path} has no {kind} '{name}'; it has {string.Join(", ", names)}.", nameof(name));
    }
}
