using System.Net;
using VoiceGlm.Checkpoints;

namespace VoiceGlm.Downloads;

/// <summary>What is particular about a hub: where its listings and files lie, and how it says no. Stateless.</summary>
internal abstract class ModelHub(HubAddress address)
{
    /// <summary>Where the hub is and who asks.</summary>
    public HubAddress Address { get; } = address;

    /// <summary>The branch that is taken where no revision is asked for.</summary>
    public abstract string DefaultRevision { get; }

    /// <summary>The hub at an address.</summary>
    public static ModelHub At(HubAddress address) => address.Kind == HubKind.ModelScope ? new ModelScopeHub(address) : new HuggingFaceHub(address);

    /// <summary>Whether an address is the hub's own, which may see the token, rather than a store's that it leads to.</summary>
    public bool Owns(Uri address) => Uri.Compare(address, Address.Endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Tells who asks.</summary>
    public abstract void Authorize(HttpRequestMessage request, string token);

    /// <summary>Lists what a conversion reads of a repository.</summary>
    /// <exception cref="DownloadException">There is no such repository or revision, it may not be read, or the hub cannot be reached.</exception>
    public abstract Task<HubRepository> FindAsync(HubConnection connection, string repository, string revision, CancellationToken cancellationToken);

    /// <summary>Says why the hub did not give something, and what can be done.</summary>
    public abstract DownloadException Refusal(string repository, HttpResponseMessage response);

    /// <summary>The page of a repository, for people.</summary>
    protected abstract Uri PageOf(string repository);

    /// <summary>The sentence for a repository that there is none of, or that only some may see.</summary>
    protected DownloadException Missing(string repository, string tokenVariable) => new(
        $"{PageOf(repository)}: expected a repository, found none{(Address.Token is null ? " that anybody may read" : " that this token may read")}; check the owner (--owner) and the hub (--source, --endpoint), or give a token that may read it by {tokenVariable} or --token-file.");

    /// <summary>The sentence for a revision that there is none of.</summary>
    protected DownloadException MissingRevision(string repository, string? revision) => new(
        $"{PageOf(repository)}: expected {(revision is null ? "the revision that was asked for" : $"revision '{revision}'")}, found no such revision; leave --revision out for the newest.");

    /// <summary>The sentence for any other answer.</summary>
    public static DownloadException Unexpected(HttpResponseMessage response, string? reason) => new(
        $"{response.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Path)}: expected a file, found {Describe(response.StatusCode)}{(reason is null ? "" : $" ({reason})")}.");

    /// <summary>A status, for people: <c>404 Not Found</c>.</summary>
    public static string Describe(HttpStatusCode status) => $"{(int)status} {status}";

    /// <summary>The entries of a listing that a conversion reads, each once, by name.</summary>
    protected static IEnumerable<T> Wanted<T>(IReadOnlyList<T> entries, Func<T, string> nameOf)
    {
        HashSet<string> wanted = [.. CheckpointFiles.Select(entries.Select(nameOf))];
        return entries.Where(entry => wanted.Contains(nameOf(entry))).DistinctBy(nameOf).OrderBy(nameOf, StringComparer.Ordinal);
    }

    /// <summary>Checks what a hub tells of a file.</summary>
    /// <exception cref="DownloadException">The length or the digest cannot be.</exception>
    protected HubFile Checked(string repository, string name, long bytes, FileDigest? digest, string path) => bytes >= 0 && digest is not null
        ? new HubFile(name, bytes, digest, new Uri(Address.Endpoint, path))
        : throw new DownloadException($"{PageOf(repository)}: {name}: expected a length and a digest in the hub's listing, found {(digest is null ? "no digest" : $"a length of {bytes}")}.");
}
