using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Serialization;

namespace VoiceGlm.Downloads;

/// <summary>Hugging Face, or a mirror of it.</summary>
/// <remarks>huggingface/huggingface_hub: hf_api.py (<c>/api/models/NAME/revision/REV</c>, <c>/tree/REV</c>), file_download.py (<c>/NAME/resolve/REV/FILE</c>), utils/_http.py (<c>X-Error-Code</c>).</remarks>
internal sealed partial class HuggingFaceHub(HubAddress address) : ModelHub(address)
{
    /// <inheritdoc/>
    public override string DefaultRevision => "main";

    /// <inheritdoc/>
    public override void Authorize(HttpRequestMessage request, string token) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);

    /// <inheritdoc/>
    public override async Task<HubRepository> FindAsync(HubConnection connection, string repository, string revision, CancellationToken cancellationToken)
    {
        string api = $"api/models/{repository}";
        // A branch may move while files are fetched; its commit does not.
        RevisionAnswer found = await connection.GetJsonAsync(
            repository, new Uri(Address.Endpoint, $"{api}/revision/{Uri.EscapeDataString(revision)}"), HuggingFaceAnswers.Default.RevisionAnswer, cancellationToken).ConfigureAwait(false);
        string commit = Uri.EscapeDataString(found.Sha);
        TreeEntry[] entries = await connection.GetJsonAsync(
            repository, new Uri(Address.Endpoint, $"{api}/tree/{commit}"), HuggingFaceAnswers.Default.TreeEntryArray, cancellationToken).ConfigureAwait(false);
        TreeEntry[] files = [.. entries.Where(static entry => entry.Type == "file")];
        return new HubRepository(repository, found.Sha, [.. Wanted(files, static entry => entry.Path).Select(entry => Checked(
            repository,
            entry.Path,
            entry.Lfs?.Size ?? entry.Size,
            entry.Lfs is { } large ? FileDigest.Sha256(large.Oid) : FileDigest.GitBlob(entry.Oid),
            $"{repository}/resolve/{commit}/{Uri.EscapeDataString(entry.Path)}"))]);
    }

    /// <inheritdoc/>
    public override DownloadException Refusal(string repository, HttpResponseMessage response)
    {
        string? reason = Header("X-Error-Message");
        return (Header("X-Error-Code"), response.StatusCode) switch
        {
            ("GatedRepo", _) => new DownloadException(Address.Token is null
                ? $"{PageOf(repository)}: expected a repository that anybody may read, found a gated one; accept its conditions on that page, then give a token of your account by HF_TOKEN or --token-file."
                : $"{PageOf(repository)}: expected a repository that this token may read, found a gated one; accept its conditions on that page with the token's own account."),
            ("RevisionNotFound", _) => MissingRevision(repository, revision: null),
            (_, HttpStatusCode.Unauthorized) when reason?.StartsWith("Invalid credentials", StringComparison.Ordinal) == true => new DownloadException(
                $"{Address.Endpoint}: expected a valid token, found one that the hub does not know; make another on {new Uri(Address.Endpoint, "settings/tokens")}."),
            ("RepoNotFound", _) or (null, HttpStatusCode.Unauthorized or HttpStatusCode.NotFound) => Missing(repository, "HF_TOKEN"),
            (_, HttpStatusCode.Forbidden) => new DownloadException(
                $"{PageOf(repository)}: expected a repository that {(Address.Token is null ? "anybody" : "this token")} may read, found that the hub forbids it{(reason is null ? "" : $" ({reason})")}; give a token that may by HF_TOKEN or --token-file."),
            _ => Unexpected(response, reason),
        };

        string? Header(string name) => response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
    }

    /// <inheritdoc/>
    protected override Uri PageOf(string repository) => new(Address.Endpoint, repository);

    private sealed record RevisionAnswer(string Sha);

    private sealed record TreeEntry(string Type, string Path, string Oid, long Size, LargeFile? Lfs = null);

    private sealed record LargeFile(string Oid, long Size);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
    [JsonSerializable(typeof(RevisionAnswer))]
    [JsonSerializable(typeof(TreeEntry[]))]
    private sealed partial class HuggingFaceAnswers : JsonSerializerContext;
}
