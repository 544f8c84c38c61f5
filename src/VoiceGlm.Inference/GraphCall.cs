using Microsoft.ML.OnnxRuntime;

namespace VoiceGlm.Inference;

/// <summary>
/// Inputs and outputs of a graph by name, set once and run many times. Not thread-safe. The tensors that are set belong to
/// the caller; those that a run makes belong to the call and live until the next run.
/// </summary>
public sealed class GraphCall : IDisposable
{
    private readonly Graph _graph;
    private readonly OrtValue?[] _inputs;
    private readonly Tensor?[] _given;
    private readonly Tensor?[] _made;
    private readonly bool[] _wanted;
    private RunOptions _runOptions = new();

    internal GraphCall(Graph graph)
    {
        _graph = graph;
        _inputs = new OrtValue?[graph.InputNames.Count];
        _given = new Tensor?[graph.OutputNames.Count];
        _made = new Tensor?[graph.OutputNames.Count];
        _wanted = new bool[graph.OutputNames.Count];
    }

    /// <summary>Sets an input.</summary>
    /// <exception cref="ArgumentException">The graph has no such input.</exception>
    public GraphCall Input(string name, Tensor tensor)
    {
        _inputs[IndexOf(_graph.InputNames, name, "input")] = tensor.Value;
        return this;
    }

    /// <summary>Asks for an output, written to <paramref name="tensor"/>, or to a new tensor where it is <see langword="null"/>.</summary>
    /// <exception cref="ArgumentException">The graph has no such output.</exception>
    public GraphCall Output(string name, Tensor? tensor = null)
    {
        int index = IndexOf(_graph.OutputNames, name, "output");
        _given[index] = tensor;
        _wanted[index] = true;
        return this;
    }

    /// <summary>Runs the graph on the calling thread.</summary>
    /// <exception cref="OperationCanceledException">The token asked for the end; the run stopped between two operators.</exception>
    /// <exception cref="InvalidOperationException">An input is missing, or has a wrong shape.</exception>
    public void Run(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int wanted = _wanted.Count(static want => want);
        var inputNames = new string[_inputs.Length];
        var inputs = new OrtValue[_inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputNames[i] = _graph.InputNames[i];
            inputs[i] = _inputs[i] ?? throw new InvalidOperationException($"{_graph.Path}: input '{inputNames[i]}' is not set.");
        }

        var outputNames = new string[wanted];
        var outputs = new OrtValue?[wanted];
        for (int i = 0, next = 0; i < _wanted.Length; i++)
        {
            if (!_wanted[i]) continue;
            outputNames[next] = _graph.OutputNames[i];
            outputs[next++] = _given[i]?.Value;
        }

        ReleaseMade();
        using (cancellationToken.UnsafeRegister(static state => ((RunOptions)state!).Terminate = true, _runOptions))
        {
            try
            {
                Run(inputNames, inputs, outputNames, outputs);
            }
            catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
            {
                // A terminated run leaves its options terminated.
                _runOptions.Dispose();
                _runOptions = new RunOptions();
                throw new OperationCanceledException(cancellationToken);
            }
            catch (OnnxRuntimeException exception)
            {
                throw new InvalidOperationException($"{_graph.Path}: {exception.Message}", exception);
            }
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

    private void Run(string[] inputNames, OrtValue[] inputs, string[] outputNames, OrtValue?[] outputs)
    {
        if (Array.TrueForAll(outputs, static value => value is not null))
        {
            _graph.Session.Run(_runOptions, inputNames, inputs, outputNames, outputs!);
            return;
        }

        // An output without a tensor gets one from the runtime: the binding takes both kinds.
        using OrtIoBinding binding = _graph.Session.CreateIoBinding();
        for (int i = 0; i < inputs.Length; i++) binding.BindInput(inputNames[i], inputs[i]);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] is { } value) binding.BindOutput(outputNames[i], value);
            else binding.BindOutputToDevice(outputNames[i], OrtMemoryInfo.DefaultInstance);
        }

        _graph.Session.RunWithBinding(_runOptions, binding);
        IDisposableReadOnlyCollection<OrtValue> values = binding.GetOutputValues();
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] is null) _made[IndexOf(_graph.OutputNames, outputNames[i], "output")] = Tensor.Adopt(values[i]);
            else values[i].Dispose();
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
