using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Models that are made on the first use and kept, by name and by what they are made of. Thread-safe, also between processes.</summary>
/// <param name="folder">Where they are kept.</param>
internal sealed class ModelCache(string folder)
{
    private static readonly TimeSpan s_keep = TimeSpan.FromDays(7);

    /// <summary>The user's.</summary>
    public static ModelCache OfUser { get; } = new(Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "voiceglm"));

    /// <summary>What the graphs of this build are told apart by: another build may write others.</summary>
    public static string Build { get; } = typeof(ModelCache).Module.ModuleVersionId.ToString("N");

    /// <summary>Opens a model, which is made first where it is not there or no longer whole.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="key">What it is made of, as a word. A model of another key is another; those not opened for a week are removed.</param>
    /// <param name="make">Writes it into a folder that does not exist yet.</param>
    /// <param name="cancellationToken">Ends the check of what is there.</param>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public ModelFolder Open(string name, string key, Action<string> make, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, key, name);
        ModelFolder? model = Find(path, cancellationToken);
        if (model is null) Replace(path, name, make);
        Directory.SetLastWriteTimeUtc(Path.GetDirectoryName(path)!, DateTime.UtcNow);
        return model ?? ModelFolder.Open(path);
    }

    // Null where there is none that is whole.
    private static ModelFolder? Find(string path, CancellationToken cancellationToken)
    {
        try
        {
            return Directory.Exists(path) && ModelFolder.Open(path) is var model && ModelVerifier.VerifyFiles(model, cancellationToken) is [] ? model : null;
        }
        catch (ModelLoadException)
        {
            return null;
        }
    }

    // Made beside its place, so that two processes that start at once do not meet; the second finds the place taken, by the same.
    private void Replace(string path, string name, Action<string> make)
    {
        WriteFailure.Explain(folder, () =>
        {
            Directory.CreateDirectory(folder);
            RemoveOld(name);
            string making = Path.Combine(folder, $"making-{Guid.NewGuid():N}");
            try
            {
                string made = Path.Combine(making, name);
                Directory.CreateDirectory(making);
                make(made);
                if (Directory.Exists(path) && Find(path, CancellationToken.None) is null) Directory.Delete(path, recursive: true);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                if (!Directory.Exists(path)) Directory.Move(made, path);
            }
            catch (IOException) when (Find(path, CancellationToken.None) is not null)
            {
                // Another process was first.
            }
            finally
            {
                if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
            }
        });
    }

    private void RemoveOld(string name)
    {
        foreach (DirectoryInfo old in new DirectoryInfo(folder).EnumerateDirectories())
        {
            bool isOurs = old.Name.StartsWith("making-", StringComparison.Ordinal) || Directory.Exists(Path.Combine(old.FullName, name));
            if (isOurs && DateTime.UtcNow - old.LastWriteTimeUtc > s_keep) old.Delete(recursive: true);
        }
    }
}
