namespace VoiceGlm.Inference;

/// <summary>A converted model on disk. Thread-safe.</summary>
public sealed class ModelFolder
{
    private ModelFolder(string path, ModelManifest manifest, IReadOnlyList<ModelFile> files)
    {
        Path = path;
        Manifest = manifest;
        Files = files;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What the folder holds.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The manifest's files, but those of graphs that the folder was opened without.</summary>
    public IReadOnlyList<ModelFile> Files { get; }

    /// <summary>Opens a folder: reads its manifest and checks that every file is there with its length.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="without">Names of graphs that will not be loaded: their files may be absent.</param>
    /// <exception cref="ModelLoadException">The folder is not a model, or a file is missing or cut.</exception>
    public static ModelFolder Open(string path, params IReadOnlyList<string> without)
    {
        ModelManifest manifest = ModelManifest.Read(path);
        GraphDescription[] unneeded = [.. manifest.Graphs.Where(graph => without.Contains(graph.Key)).Select(static graph => graph.Value)];
        // The graph, and its weights beside it.
        ModelFile[] files = [.. manifest.Files.Where(file => !Array.Exists(unneeded, graph => file.Path.StartsWith(graph.File, StringComparison.Ordinal)))];
        foreach (ModelFile file in files)
        {
            if (!IsInside(file.Path))
            {
                throw new ModelLoadException(System.IO.Path.Combine(path, ModelManifest.FileName), "files inside the folder", $"'{file.Path}'");
            }

            var info = new FileInfo(System.IO.Path.Combine(path, file.Path));
            if (!info.Exists) throw new ModelLoadException(info.FullName, $"a file of {file.Bytes} bytes", "no such file");
            if (info.Length != file.Bytes) throw new ModelLoadException(info.FullName, $"{file.Bytes} bytes", $"{info.Length} bytes");
        }

        return new ModelFolder(path, manifest, files);
    }

    /// <summary>Whether a path within a folder stays within it.</summary>
    public static bool IsInside(string file) => !System.IO.Path.IsPathRooted(file) && !file.Split('/', '\\').Contains("..");

    /// <summary>The full path of a file that the manifest names.</summary>
    public string PathOf(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Loads one of the folder's graphs.</summary>
    /// <exception cref="ModelLoadException">The manifest names no such graph, or it cannot be loaded.</exception>
    public Graph LoadGraph(string name, GraphOptions options)
    {
        if (!Manifest.Graphs.TryGetValue(name, out GraphDescription? description))
        {
            throw new ModelLoadException(
                PathOf(ModelManifest.FileName), $"a graph named '{name}'", $"{string.Join(", ", Manifest.Graphs.Keys.Order())}");
        }

        return Graph.Load(PathOf(description.File), options);
    }
}
