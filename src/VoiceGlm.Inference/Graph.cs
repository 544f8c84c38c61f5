using Microsoft.ML.OnnxRuntime;

namespace VoiceGlm.Inference;

/// <summary>One ONNX network, loaded. Thread-safe: any number of <see cref="GraphCall"/>s may run at once.</summary>
public sealed class Graph : IDisposable
{
    private Graph(string path, InferenceSession session)
    {
        Path = path;
        Session = session;
        InputNames = session.InputNames;
        OutputNames = session.OutputNames;
    }

    /// <summary>The file the graph was read from.</summary>
    public string Path { get; }

    /// <summary>Names of the inputs, in the graph's order.</summary>
    public IReadOnlyList<string> InputNames { get; }

    /// <summary>Names of the outputs, in the graph's order.</summary>
    public IReadOnlyList<string> OutputNames { get; }

    internal InferenceSession Session { get; }

    /// <summary>Reads a graph and prepares it for the device.</summary>
    /// <exception cref="ModelLoadException">The file is missing, or ONNX Runtime refuses it.</exception>
    public static Graph Load(string path, GraphOptions options)
    {
        if (!File.Exists(path)) throw new ModelLoadException(path, "an ONNX graph", "no such file");
        using var sessionOptions = new SessionOptions
        {
            IntraOpNumThreads = options.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Denormals cost hundreds of cycles each, and silence is full of them.
        sessionOptions.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
        if (options.ProfilePrefix is { } prefix)
        {
            // Profiling begins with the prefix known at that moment.
            sessionOptions.ProfileOutputPathPrefix = prefix;
            sessionOptions.EnableProfiling = true;
        }

        try
        {
            return new Graph(path, new InferenceSession(path, sessionOptions));
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException(path, "an ONNX graph that ONNX Runtime accepts", exception.Message, exception);
        }
    }

    /// <summary>Prepares a call: a set of named inputs and outputs that can be run many times.</summary>
    public GraphCall CreateCall() => new(this);

    /// <summary>Ends profiling, if it was on, and returns the trace file's path.</summary>
    public string EndProfiling() => Session.EndProfiling();

    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();
}
