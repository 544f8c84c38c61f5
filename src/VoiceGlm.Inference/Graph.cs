using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VoiceGlm.Inference;

/// <summary>One ONNX network, loaded. Thread-safe: any number of <see cref="GraphCall"/>s may run at once.</summary>
public sealed class Graph : IDisposable
{
    private readonly OrtMemoryInfo? _deviceMemory;
    private readonly OrtAllocator? _deviceAllocator;

    private Graph(string path, InferenceSession session, CudaOptions? cuda)
    {
        Path = path;
        if (cuda is not null)
        {
            _deviceMemory = new OrtMemoryInfo("Cuda", OrtAllocatorType.DeviceAllocator, cuda.DeviceIndex, OrtMemType.Default);
            _deviceAllocator = new OrtAllocator(session, _deviceMemory);
        }

        Session = session;
        InputNames = session.InputNames;
        OutputNames = session.OutputNames;
        Inputs = Describe(session.InputNames, session.InputMetadata);
        Outputs = Describe(session.OutputNames, session.OutputMetadata);
    }

    /// <summary>The file the graph was read from.</summary>
    public string Path { get; }

    /// <summary>Names of the inputs, in the graph's order.</summary>
    public IReadOnlyList<string> InputNames { get; }

    /// <summary>Names of the outputs, in the graph's order.</summary>
    public IReadOnlyList<string> OutputNames { get; }

    /// <summary>The inputs with their types and shapes, in the graph's order.</summary>
    public IReadOnlyList<GraphValue> Inputs { get; }

    /// <summary>The outputs with their types and shapes, in the graph's order.</summary>
    public IReadOnlyList<GraphValue> Outputs { get; }

    internal InferenceSession Session { get; }

    /// <summary>Reads a graph and prepares it for the device.</summary>
    /// <exception cref="ModelLoadException">The file is missing, ONNX Runtime refuses it, or the GPU that is asked for is not there or has too little memory.</exception>
    public static Graph Load(string path, GraphOptions options)
    {
        if (!File.Exists(path)) throw new ModelLoadException(path, "an ONNX graph", "no such file");
        using var sessionOptions = new SessionOptions
        {
            IntraOpNumThreads = options.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = options.Optimize ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Threads that spin while they wait for the next operator take the cores from those who bring the sound and carry it away.
        sessionOptions.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        // Weights kept in 16 bits are widened once, when they are loaded. By default a table of more than a gigabyte is not, but in every run.
        sessionOptions.AddSessionConfigEntry("optimization.constant_folding_max_output_size_in_bytes", "0");
        if (options.ProfilePrefix is { } prefix)
        {
            // Profiling begins with the prefix known at that moment.
            sessionOptions.ProfileOutputPathPrefix = prefix;
            sessionOptions.EnableProfiling = true;
        }

        if (options.Cuda is { } cuda) CudaProvider.Append(path, sessionOptions, cuda, WeightBytes(path));
        try
        {
            return new Graph(path, new InferenceSession(path, sessionOptions), options.Cuda);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException(path, "an ONNX graph that ONNX Runtime accepts", exception.Message, exception);
        }
    }

    /// <summary>Prepares a call: a set of named inputs and outputs that can be run many times.</summary>
    public GraphCall CreateCall() => new(this);

    /// <summary>
    /// Makes a tensor where the graph runs: what lives from run to run, as a cache does, is not carried to a GPU and back. Only graphs read
    /// and write it there. Dispose it before the graph.
    /// </summary>
    public Tensor CreateTensor<T>(params ReadOnlySpan<long> shape)
        where T : unmanaged => _deviceAllocator is { } allocator ? Tensor.CreateOnDevice<T>(allocator, _deviceMemory!, shape) : Tensor.Create<T>(shape);

    /// <summary>Ends profiling, if it was on, and returns the trace file's path.</summary>
    public string EndProfiling() => Session.EndProfiling();

    /// <inheritdoc/>
    public void Dispose()
    {
        _deviceAllocator?.Dispose();
        _deviceMemory?.Dispose();
        Session.Dispose();
    }

    private static long WeightBytes(string path) => new FileInfo(path).Length + (new FileInfo(path + ".data") is { Exists: true } data ? data.Length : 0);

    private static GraphValue[] Describe(IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> metadata) =>
        [.. names.Select(name => new GraphValue(name, TypeNameOf(metadata[name]), ShapeOf(metadata[name])))];

    private static string TypeNameOf(NodeMetadata metadata) => metadata.IsTensor
        ? metadata.ElementDataType switch
        {
            TensorElementType.Float => "float",
            TensorElementType.Float16 => "float16",
            TensorElementType.Int64 => "int64",
            TensorElementType.Int32 => "int32",
            TensorElementType.UInt8 => "uint8",
            TensorElementType.Bool => "bool",
            var other => $"{other}",
        }
        : $"{metadata.OnnxValueType}";

    private static string[] ShapeOf(NodeMetadata metadata) => metadata.IsTensor
        ? [.. metadata.Dimensions.Select((length, i) => length >= 0 ? length.ToString(CultureInfo.InvariantCulture) : metadata.SymbolicDimensions[i])]
        : [];
}
