using VoiceGlm.Checkpoints;

namespace VoiceGlm.Downloads;

/// <summary>A repository of a hub at one revision, with the files that a conversion reads.</summary>
/// <param name="Name">Owner and name: <c>zai-org/glm-4-voice-9b</c>.</param>
/// <param name="Revision">Its commit, or what was asked for where the hub names none.</param>
/// <param name="Files">The files, which lie at its top.</param>
public sealed record HubRepository(string Name, string Revision, IReadOnlyList<HubFile> Files)
{
    /// <summary>Its name without the owner, by which its folder is called.</summary>
    public string ShortName => Name[(Name.LastIndexOf('/') + 1)..];

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(static file => file.Bytes);

    /// <summary>Its configuration and tokenizer alone: what is needed of a model that runs elsewhere.</summary>
    public HubRepository WithoutWeights() => this with { Files = [.. Files.Where(static file => !CheckpointFiles.IsWeights(file.Name))] };
}

/// <summary>A file of a repository.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Digest">What its bytes come to.</param>
/// <param name="Address">Where it is fetched.</param>
public sealed record HubFile(string Name, long Bytes, FileDigest Digest, Uri Address);
