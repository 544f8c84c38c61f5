using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.Onnx;

/// <summary>A value on its way through a graph: an input, a weight or what an operator made.</summary>
/// <param name="Name">Its name in the graph; empty for an optional input that is left out.</param>
internal readonly record struct Edge(string Name)
{
    /// <summary>An optional input that is left out.</summary>
    public static readonly Edge None = new("");
}

/// <summary>Length of a dimension: a number, or a name where it varies from call to call.</summary>
/// <param name="Value">The number as text, or the name.</param>
internal readonly record struct Dimension(string Value)
{
    /// <summary>A fixed length.</summary>
    public static implicit operator Dimension(long length) => new(length.ToString(CultureInfo.InvariantCulture));

    /// <summary>A varying length.</summary>
    public static implicit operator Dimension(string name) => new(name);
}

/// <summary>
/// Puts an ONNX graph together, operator by operator, and writes it: the graph to one file, its weights to a second beside it,
/// piece by piece, so that memory stays small however large the model is. Not thread-safe.
/// </summary>
/// <remarks>onnx/onnx onnx.proto, IR version 9, operator set 20 and the <c>com.microsoft</c> operators of ONNX Runtime.</remarks>
/// <param name="name">The graph's name.</param>
/// <param name="precision">How matrices are kept. Vectors, and small matrices, stay as they are.</param>
/// <param name="blockSize">Elements that share a scale, with 8 and 4 bits.</param>
/// <param name="computed">What the graph computes with: <see cref="OnnxType.Float"/> or <see cref="OnnxType.Float16"/>.</param>
internal sealed partial class GraphBuilder(string name, Precision precision = Precision.Full, int blockSize = QuantizationOptions.UsualBlockSize, OnnxType computed = OnnxType.Float)
{
    private const int IrVersion = 9;
    private const int OperatorSetVersion = 20;
    private const int ExternalThresholdBytes = 1024;
    private const int SmallestRoundedCount = 1024;

    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly List<PackedWeight> _weights = [];
    private readonly Dictionary<string, StoredWeight> _weightsByName = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, Edge> _constants = [];
    private readonly List<GraphValue> _inputs = [];
    private readonly List<GraphValue> _outputs = [];
    private int _nextName;

    /// <summary>The graph's name; its files are <c>name.onnx</c> and <c>name.onnx.data</c>.</summary>
    public string Name => name;

    /// <summary>The graph's file.</summary>
    public string FileName => name + ".onnx";

    /// <summary>Its weights' file.</summary>
    public string DataFile => FileName + ".data";

    /// <summary>Bytes that the weights take in the data file.</summary>
    public long WeightBytes => _weights.Sum(static weight => weight.Bytes);

    /// <summary>Declares an input.</summary>
    public Edge Input(string input, OnnxType type, params ReadOnlySpan<Dimension> shape)
    {
        _inputs.Add(new GraphValue(input, TypeName(type), Describe(shape)));
        return new Edge(Claim(input));
    }

    /// <summary>Declares an output and what it is computed from.</summary>
    public void Output(string output, Edge edge, OnnxType type, params ReadOnlySpan<Dimension> shape)
    {
        AddNode("Identity", [edge], [Claim(output)], []);
        _outputs.Add(new GraphValue(output, TypeName(type), Describe(shape)));
    }

    /// <summary>What the graph computes with.</summary>
    public OnnxType Computed => computed;

    /// <summary>What rounding changed in each matrix, relative to it, once the graph is written. One that is kept in two ways counts as the worse.</summary>
    public IReadOnlyDictionary<string, double> RoundingErrors => _weights.Select(static weight => weight.Error).OfType<RoundingError>()
        .GroupBy(static error => error.Name).ToDictionary(static errors => errors.Key, static errors => Math.Round(errors.Max(static error => error.Relative), 6));

    /// <summary>Adds values that are read from their source when the graph is written. A weight of the same name and shape is added once.</summary>
    /// <param name="weight">The values.</param>
    /// <param name="kept">How they are kept, where that is not as the graph's matrices are; <see cref="Precision.Full"/> for what is to stay exact.</param>
    /// <exception cref="ArgumentException">The graph has another value of that name.</exception>
    public Edge Weight(Weight weight, Precision? kept = null)
    {
        StoredWeight stored = Store(weight, kept ?? precision);
        if (stored.Type == computed) return stored.Edge;
        if (stored.Widened is { } widened) return widened;
        Edge edge = Cast(stored.Edge, computed);
        _weightsByName[weight.Name] = stored with { Widened = edge };
        return edge;
    }

    /// <summary>Rows of a table, by index, as they are computed with: only those are widened.</summary>
    public Edge Lookup(Weight table, Edge rows)
    {
        StoredWeight stored = Store(table, precision);
        Edge found = Op("Gather", [stored.Edge, rows]);
        return stored.Type == computed ? found : Cast(found, computed);
    }

    /// <summary>Adds values of any type that are read from their source when the graph is written.</summary>
    /// <exception cref="ArgumentException">The graph has another value of that name.</exception>
    public Edge Weight(PackedWeight weight)
    {
        var edge = new Edge(Claim(weight.Name));
        _weights.Add(weight);
        return edge;
    }

    /// <summary>Adds a constant scalar (with an empty shape) or array of floats.</summary>
    public Edge Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(OnnxType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds a constant array of integers, of one dimension.</summary>
    public Edge Constant(params ReadOnlySpan<long> values) =>
        Constant(OnnxType.Int64, MemoryMarshal.AsBytes(values), [values.Length]);

    /// <summary>Adds a constant scalar.</summary>
    public Edge Scalar(float value) => Constant([value], []);

    /// <summary>Adds a constant scalar integer.</summary>
    public Edge Scalar(long value) => Constant(OnnxType.Int64, MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)), []);

    /// <summary>Adds an operator of one output.</summary>
    /// <param name="type">The operator's name; one of ONNX Runtime's own carries the prefix <c>com.microsoft.</c>.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="attributes">Its attributes: <see cref="long"/>, <see cref="int"/>, <see cref="float"/>, <see cref="string"/> or arrays of <see cref="long"/> or <see cref="float"/>.</param>
    public Edge Op(string type, ReadOnlySpan<Edge> inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Ops(type, 1, inputs, attributes)[0];

    /// <summary>Adds an operator of several outputs.</summary>
    public Edge[] Ops(
        string type, int outputCount, ReadOnlySpan<Edge> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var outputs = new Edge[outputCount];
        for (int i = 0; i < outputCount; i++) outputs[i] = new Edge(Claim($"{type[(type.LastIndexOf('.') + 1)..]}_{_nextName++}"));
        AddNode(type, inputs, Array.ConvertAll(outputs, static output => output.Name), attributes);
        return outputs;
    }

    /// <summary>Adds an operator whose result is an output, and may be read inside the graph, too: no copy is made.</summary>
    public Edge OutputOp(
        string output, OnnxType elementType, ReadOnlySpan<Dimension> shape, string type, ReadOnlySpan<Edge> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var edge = new Edge(Claim(output));
        AddNode(type, inputs, [edge.Name], attributes);
        _outputs.Add(new GraphValue(output, TypeName(elementType), Describe(shape)));
        return edge;
    }

    /// <summary>A word for what the graph computes and what it reads: another graph has another. What the weights hold is not in it.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] part in (IEnumerable<byte[]>)[.. _nodes, .. _initializers]) hash.AppendData(part);
        foreach (PackedWeight weight in _weights) hash.AppendData(Encoding.UTF8.GetBytes($"{weight.Name} {weight.Type} {string.Join(' ', weight.Shape)}\n"));
        foreach (GraphValue value in (IEnumerable<GraphValue>)[.. _inputs, .. _outputs]) hash.AppendData(Encoding.UTF8.GetBytes($"{value.Name} {value.Type} {string.Join(' ', value.Shape)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the graph and its weights into a folder.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="written">Told the number of weight bytes written, after each piece.</param>
    /// <param name="shared">A graph that was written into the same folder: weights that it has are read from its data file, and not written again.</param>
    /// <param name="log">What an earlier writing finished, and what this one has.</param>
    /// <param name="cancellationToken">Ends the writing between two pieces.</param>
    /// <returns>What to put into the manifest.</returns>
    /// <exception cref="ModelLoadException">A weight cannot be read.</exception>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public GraphDescription Write(string folder, Action<long>? written = null, GraphBuilder? shared = null, IWeightLog? log = null, CancellationToken cancellationToken = default)
    {
        using var graph = new ProtoMessage();
        foreach (byte[] node in _nodes) graph.Bytes(1, node);
        graph.Text(2, name);
        foreach (byte[] initializer in _initializers) graph.Bytes(5, initializer);
        Dictionary<string, WeightPlace> places = shared is null
            ? []
            : new WeightFile(shared._weights).Places().ToDictionary(static entry => entry.Weight.Name, entry => new WeightPlace(shared.DataFile, entry.Start));
        PackedWeight[] own = [.. _weights.Where(weight => !places.ContainsKey(weight.Name))];
        var data = new WeightFile(own);
        data.Write(Path.Combine(folder, DataFile), log?.Finished ?? [], log is null ? null : log.Add, written, cancellationToken);
        foreach ((PackedWeight weight, long start) in data.Places()) places[weight.Name] = new WeightPlace(DataFile, start);
        foreach (PackedWeight weight in _weights) graph.Message(5, Describe(weight, places[weight.Name]));
        foreach (GraphValue input in _inputs) graph.Message(11, ValueInfo(input));
        foreach (GraphValue output in _outputs) graph.Message(12, ValueInfo(output));

        using var model = new ProtoMessage();
        model.Integer(1, IrVersion).Text(2, "VoiceGlm").Message(7, graph)
            .Message(8, new ProtoMessage().Text(1, "").Integer(2, OperatorSetVersion))
            .Message(8, new ProtoMessage().Text(1, "com.microsoft").Integer(2, 1));
        File.WriteAllBytes(Path.Combine(folder, FileName), model.ToSpan());
        return new GraphDescription(FileName, [.. _inputs], [.. _outputs]);
    }

    private static ProtoMessage Describe(PackedWeight weight, WeightPlace place)
    {
        var tensor = new ProtoMessage();
        foreach (long dimension in weight.Shape) tensor.Integer(1, dimension);
        return tensor.Integer(2, (int)weight.Type).Text(8, weight.Name)
            .Message(13, Entry("location", place.File))
            .Message(13, Entry("offset", place.Start.ToString(CultureInfo.InvariantCulture)))
            .Message(13, Entry("length", weight.Bytes.ToString(CultureInfo.InvariantCulture)))
            .Integer(14, 1);
    }

    private static ProtoMessage Entry(string key, string value) => new ProtoMessage().Text(1, key).Text(2, value);

    private StoredWeight Store(Weight weight, Precision kept)
    {
        if (_weightsByName.TryGetValue(weight.Name, out StoredWeight? known) && known.Shape.AsSpan().SequenceEqual(weight.Shape)) return known;
        OnnxType type = TypeToStore(weight, kept);
        var stored = new StoredWeight(Weight(PackedWeight.From(weight, type)), type, weight.Shape, Widened: null);
        _weightsByName.Add(weight.Name, stored);
        return stored;
    }

    // Beside matrices of 8 or 4 bits, which are multiplied by, those that are not are kept in 16.
    private OnnxType TypeToStore(Weight weight, Precision kept) =>
        computed != OnnxType.Float || kept == Precision.Full || weight.Shape.Length < 2 || weight.Count < SmallestRoundedCount ? computed
        : kept == Precision.BFloat16 ? OnnxType.BFloat16
        : OnnxType.Float16;

    private Edge Constant(OnnxType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        if (bytes.Length >= ExternalThresholdBytes && type == OnnxType.Float)
        {
            float[] values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
            return Weight(Onnx.Weight.Computed($"constant_{_nextName++}", shape.ToArray(), () => values), Precision.Full);
        }

        string key = $"{type}[{string.Join(',', shape.ToArray())}]{Convert.ToHexString(bytes)}";
        if (_constants.TryGetValue(key, out Edge known)) return known;
        var edge = new Edge(Claim($"constant_{_nextName++}"));
        using var tensor = new ProtoMessage();
        foreach (long dimension in shape) tensor.Integer(1, dimension);
        tensor.Integer(2, (int)type).Text(8, edge.Name).Bytes(9, bytes);
        _initializers.Add(tensor.ToSpan().ToArray());
        return _constants[key] = edge;
    }

    private void AddNode(
        string type, ReadOnlySpan<Edge> inputs, ReadOnlySpan<string> outputs, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        const string Contrib = "com.microsoft";
        bool contrib = type.StartsWith(Contrib + ".", StringComparison.Ordinal);
        using var node = new ProtoMessage();
        foreach (Edge input in inputs)
        {
            if (input.Name.Length > 0 && !_names.Contains(input.Name))
            {
                throw new ArgumentException($"{type}: '{input.Name}' is not a value of graph '{name}'.", nameof(inputs));
            }

            node.Text(1, input.Name);
        }

        foreach (string output in outputs) node.Text(2, output);
        node.Text(3, outputs[0]).Text(4, contrib ? type[(Contrib.Length + 1)..] : type);
        foreach ((string attribute, object value) in attributes) node.Message(5, Attribute(attribute, value));
        if (contrib) node.Text(7, Contrib);
        _nodes.Add(node.ToSpan().ToArray());
    }

    private static ProtoMessage Attribute(string attribute, object value)
    {
        ProtoMessage message = new ProtoMessage().Text(1, attribute);
        switch (value)
        {
            case float number:
                return message.Float(2, number).Integer(20, 1);
            case int number:
                return message.Integer(3, number).Integer(20, 2);
            case long number:
                return message.Integer(3, number).Integer(20, 2);
            case string text:
                return message.Bytes(4, Encoding.UTF8.GetBytes(text)).Integer(20, 3);
            case float[] numbers:
                foreach (float number in numbers) message.Float(7, number);
                return message.Integer(20, 6);
            case long[] numbers:
                foreach (long number in numbers) message.Integer(8, number);
                return message.Integer(20, 7);
            default:
                throw new ArgumentException($"Attribute '{attribute}' has type {value.GetType().Name}.", nameof(value));
        }
    }

    private static ProtoMessage ValueInfo(GraphValue value)
    {
        var shape = new ProtoMessage();
        foreach (string dimension in value.Shape)
        {
            shape.Message(1, long.TryParse(dimension, CultureInfo.InvariantCulture, out long length)
                ? new ProtoMessage().Integer(1, length)
                : new ProtoMessage().Text(2, dimension));
        }

        ProtoMessage tensor = new ProtoMessage().Integer(1, (int)TypeOf(value.Type)).Message(2, shape);
        return new ProtoMessage().Text(1, value.Name).Message(2, new ProtoMessage().Message(1, tensor));
    }

    private string Claim(string value) =>
        _names.Add(value) ? value : throw new ArgumentException($"Graph '{name}' has two values named '{value}'.", nameof(value));

    private static string[] Describe(ReadOnlySpan<Dimension> shape) =>
        Array.ConvertAll(shape.ToArray(), static dimension => dimension.Value);

#pragma warning disable CA1308 // ONNX spells its types in lower case.
    private static string TypeName(OnnxType type) => type.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    private static OnnxType TypeOf(string typeName) => Enum.Parse<OnnxType>(typeName, ignoreCase: true);

    private readonly record struct WeightPlace(string File, long Start);

    private sealed record StoredWeight(Edge Edge, OnnxType Type, long[] Shape, Edge? Widened);
}
