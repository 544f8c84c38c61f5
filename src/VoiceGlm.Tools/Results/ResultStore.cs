using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Tools.Results;

/// <summary>Keeps the pictures and films that tools made, for a while, under names that cannot be guessed. Thread-safe.</summary>
public sealed class ResultStore
{
    private const int NameDigits = 32;

    private readonly string _folder;
    private readonly TimeSpan _keep;
    private readonly TimeProvider _time;

    /// <summary>Creates the store; its folder is made when something is kept.</summary>
    public ResultStore(IOptions<ToolOptions> options, TimeProvider time)
    {
        _folder = Path.Combine(options.Value.FolderOrDefault, "results");
        _keep = options.Value.KeepResults;
        _time = time;
    }

    /// <summary>Keeps a file.</summary>
    /// <param name="type">A kind of <see cref="MediaTypes"/>.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>Its name.</returns>
    internal Task<string> KeepAsync(string type, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        KeepAsync(async (file, token) =>
        {
            await file.WriteAsync(content, token).ConfigureAwait(false);
            return type;
        }, cancellationToken);

    /// <summary>Keeps what is written; what is not written whole is not kept.</summary>
    /// <param name="write">Writes it, and tells its kind.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>Its name.</returns>
    internal async Task<string> KeepAsync(Func<Stream, CancellationToken, Task<string>> write, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        Sweep();
        string id = RandomNumberGenerator.GetHexString(NameDigits, lowercase: true);
        string temporary = Path.Combine(_folder, id + ".part");
        try
        {
            string type;
            FileStream file = File.Create(temporary);
            await using (file.ConfigureAwait(false)) type = await write(file, cancellationToken).ConfigureAwait(false);
            string name = id + MediaTypes.ExtensionOf(type);
            File.Move(temporary, Path.Combine(_folder, name));
            return name;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Finds a file.</summary>
    /// <param name="name">A name, as a stranger gives it.</param>
    /// <returns>Its path and kind, or <see langword="null"/> where there is none such.</returns>
    public (string Path, string MediaType)? Find(string name)
    {
        string id = System.IO.Path.GetFileNameWithoutExtension(name);
        if (id.Length != NameDigits || !id.All(char.IsAsciiHexDigitLower) || MediaTypes.TypeOf(name) is not { } type || name.Length != NameDigits + MediaTypes.ExtensionOf(type).Length) return null;
        string path = System.IO.Path.Combine(_folder, name);
        return File.Exists(path) ? (path, type) : null;
    }

    // What is old leaves when something new comes.
    private void Sweep()
    {
        DateTime oldest = (_time.GetUtcNow() - _keep).UtcDateTime;
        foreach (FileInfo file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc < oldest) file.Delete();
        }
    }
}
