using System.Text.Json;
using System.Text.Json.Serialization;

namespace VoiceGlm.Inference;

/// <summary>
/// What a model folder holds: its parts, their graphs and every number that the stages use. Written once, by the conversion;
/// <c>manifest.json</c> is the last file written, so a folder without one is not a model.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>Name of the manifest's file in a model folder.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The layout that this version reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the folder's layout.</summary>
    public required int Format { get; init; }

    /// <summary>Name of the model, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Revisions of the checkpoints, joined where they differ.</summary>
    public string Revision => Join(static source => source.Revision);

    /// <summary>Licences of the weights, joined where they differ.</summary>
    public string License => Join(static source => source.License);

    /// <summary>Where each part comes from, by the names of <see cref="ModelParts"/>.</summary>
    public required IReadOnlyDictionary<string, ModelSource> Sources { get; init; }

    /// <summary>What one may say to the model, as its card tells: it need not be complete.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>The speech tokenizer, if the folder has one.</summary>
    public SpeechTokenizerManifest? SpeechTokenizer { get; init; }

    /// <summary>The language model, if the folder has one.</summary>
    public LanguageModelManifest? LanguageModel { get; init; }

    /// <summary>The speech decoder, if the folder has one.</summary>
    public SpeechDecoderManifest? SpeechDecoder { get; init; }

    /// <summary>The graphs by name.</summary>
    public required IReadOnlyDictionary<string, GraphDescription> Graphs { get; init; }

    /// <summary>Every file of the folder but the manifest itself.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }

    /// <summary>Reads the manifest of a model folder.</summary>
    /// <exception cref="ModelLoadException">The folder or its manifest is missing, is not valid, or has another format.</exception>
    public static ModelManifest Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!Directory.Exists(folder)) throw new ModelLoadException(folder, "a model folder", "no such folder");
        if (!File.Exists(path)) throw new ModelLoadException(path, "the manifest of a converted model (see 'voiceglm models convert')", "no such file");
        ModelManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), ManifestJsonContext.Default.ModelManifest)
                ?? throw new ModelLoadException(path, "a JSON object", "null");
        }
        catch (JsonException exception)
        {
            throw new ModelLoadException(path, "a model manifest", $"JSON that is not one ({exception.Message})", exception);
        }

        return manifest.Format == CurrentFormat
            ? manifest
            : throw new ModelLoadException(path, $"format {CurrentFormat}", $"format {manifest.Format}; convert the checkpoint again");
    }

    /// <summary>Writes the manifest into a folder, in one step: the file is there whole or not at all.</summary>
    public void Write(string folder)
    {
        string path = Path.Combine(folder, FileName);
        string partial = path + ".partial";
        using (FileStream stream = File.Create(partial))
        {
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(this, ManifestJsonContext.Default.ModelManifest));
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }

    private string Join(Func<ModelSource, string> value) => string.Join(", ", Sources.Values.Select(value).Distinct().Order(StringComparer.Ordinal));
}

/// <summary>Where a part of a model comes from.</summary>
/// <param name="Name">The checkpoint's name: its repository, or its folder.</param>
/// <param name="Revision">The checkpoint's commit, or <c>sha256:</c> and a digest of its configuration where it names none.</param>
/// <param name="License">Licence of the weights, as the checkpoint's card names it; <c>unknown</c> where it does not.</param>
public sealed record ModelSource(string Name, string Revision, string License);

/// <summary>A file of a model folder.</summary>
/// <param name="Path">Path within the folder, with '/'.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of the contents, lower-case hexadecimal.</param>
public sealed record ModelFile(string Path, long Bytes, string Sha256);

/// <summary>A graph and what goes in and out of it.</summary>
/// <param name="File">The ONNX file, within the folder.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs.</param>
public sealed record GraphDescription(string File, IReadOnlyList<GraphValue> Inputs, IReadOnlyList<GraphValue> Outputs);

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type, as ONNX spells it: <c>float</c>, <c>int64</c>, <c>int32</c>, <c>bool</c>.</param>
/// <param name="Shape">Length of each dimension: a number, or a name where it varies.</param>
public sealed record GraphValue(string Name, string Type, IReadOnlyList<string> Shape);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJsonContext : JsonSerializerContext;
