using System.Globalization;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Checks a model folder wholly: every file's length and SHA-256, and that every graph loads and has the inputs and outputs that the manifest names. Stateless.</summary>
public static class ModelVerifier
{
    /// <summary>Checks a folder.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="progress">Told of each piece read.</param>
    /// <param name="cancellationToken">Ends the check between two pieces.</param>
    /// <returns>What is wrong; nothing when the model is whole.</returns>
    /// <exception cref="ModelLoadException">The folder has no manifest that can be read.</exception>
    public static IReadOnlyList<ModelFinding> Verify(string folder, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        ModelManifest manifest = ModelManifest.Read(folder);
        List<ModelFinding> findings = VerifyFiles(folder, manifest.Files, progress, cancellationToken);

        // A damaged graph could be anything to the runtime.
        HashSet<string> damaged = [.. findings.Select(static finding => finding.File)];
        foreach ((string name, GraphDescription description) in manifest.Graphs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!manifest.Files.Any(file => file.Path == description.File)) findings.Add(new ModelFinding(description.File, $"the file of graph '{name}' among the manifest's files", "no such file"));
            else if (!damaged.Contains(description.File) && !damaged.Contains(description.File + ".data")) CheckGraph(folder, description, findings);
        }

        return findings;
    }

    /// <summary>Checks a folder's files, length and SHA-256, and loads no graph. Files that the folder was opened without are not looked for.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="cancellationToken">Ends the check between two pieces.</param>
    /// <returns>What is wrong; nothing when every file is as it was written.</returns>
    public static IReadOnlyList<ModelFinding> VerifyFiles(ModelFolder folder, CancellationToken cancellationToken) =>
        VerifyFiles(folder.Path, folder.Files, null, cancellationToken);

    private static List<ModelFinding> VerifyFiles(
        string folder, IReadOnlyList<ModelFile> files, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        var findings = new List<ModelFinding>();
        long total = files.Sum(static file => file.Bytes);
        long done = 0;
        foreach (ModelFile file in files)
        {
            CheckFile(folder, file, findings, bytes =>
            {
                done += bytes;
                progress?.Report(new ConversionProgress(file.Path, done, total));
            }, cancellationToken);
        }

        return findings;
    }

    private static void CheckFile(string folder, ModelFile file, List<ModelFinding> findings, Action<long> read, CancellationToken cancellationToken)
    {
        var info = new FileInfo(Path.Combine(folder, file.Path));
        if (!ModelFolder.IsInside(file.Path)) findings.Add(new ModelFinding(file.Path, "a file inside the folder", "a path that leaves it"));
        else if (!info.Exists) findings.Add(new ModelFinding(file.Path, $"{file.Bytes} bytes", "no such file"));
        else if (info.Length != file.Bytes) findings.Add(new ModelFinding(file.Path, $"{file.Bytes} bytes", $"{info.Length} bytes"));
        else if (FileHash.Compute(info.FullName, read, cancellationToken).Sha256 is var hash && hash != file.Sha256) findings.Add(new ModelFinding(file.Path, $"SHA-256 {file.Sha256}", $"SHA-256 {hash}"));
    }

    private static void CheckGraph(string folder, GraphDescription description, List<ModelFinding> findings)
    {
        try
        {
            using var graph = Graph.Load(Path.Combine(folder, description.File), new GraphOptions { Optimize = false, Threads = 1 });
            Compare(description.File, "input", description.Inputs, graph.Inputs, findings);
            Compare(description.File, "output", description.Outputs, graph.Outputs, findings);
        }
        catch (ModelLoadException exception)
        {
            findings.Add(new ModelFinding(description.File, exception.Expected, exception.Found));
        }
    }

    private static void Compare(
        string file, string kind, IReadOnlyList<GraphValue> expected, IReadOnlyList<GraphValue> found, List<ModelFinding> findings)
    {
        Dictionary<string, GraphValue> there = found.ToDictionary(static value => value.Name);
        foreach (GraphValue value in expected)
        {
            if (!there.Remove(value.Name, out GraphValue? other)) findings.Add(new ModelFinding($"{file}: {kind} '{value.Name}'", Describe(value), $"no such {kind}"));
            else if (!Matches(value, other)) findings.Add(new ModelFinding($"{file}: {kind} '{value.Name}'", Describe(value), Describe(other)));
        }

        foreach (GraphValue other in there.Values) findings.Add(new ModelFinding($"{file}: {kind} '{other.Name}'", $"no such {kind}", Describe(other)));
    }

    // The runtime may know a length that the manifest leaves open, or the other way round.
    private static bool Matches(GraphValue expected, GraphValue found) =>
        expected.Type == found.Type
        && expected.Shape.Count == found.Shape.Count
        && expected.Shape.Zip(found.Shape).All(static pair => pair.First == pair.Second || !IsNumber(pair.First) || !IsNumber(pair.Second));

    private static bool IsNumber(string length) => long.TryParse(length, CultureInfo.InvariantCulture, out _);

    private static string Describe(GraphValue value) => $"{value.Type} [{string.Join(", ", value.Shape)}]";
}
