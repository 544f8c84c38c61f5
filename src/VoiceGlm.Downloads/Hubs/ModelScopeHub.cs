using System.Net;
using System.Text.Json.Serialization;

namespace VoiceGlm.Downloads;

/// <summary>ModelScope.</summary>
/// <remarks>
/// modelscope/modelscope hub/api.py (<c>/api/v1/models/NAME/repo/files</c>, the cookie <c>m_session_id</c>) and hub/file_download.py (<c>/repo?Revision=…&amp;FilePath=…</c>).
/// Every file has a SHA-256. A revision that does not exist is a listing without files. The newest commit is told by the first digits of its name, which
/// are those of the file that it changed.
/// </remarks>
internal sealed partial class ModelScopeHub(HubAddress address) : ModelHub(address)
{
    /// <inheritdoc/>
    public override string DefaultRevision => "master";

    /// <inheritdoc/>
    public override void Authorize(HttpRequestMessage request, string token) => request.Headers.Add("Cookie", $"m_session_id={token}");

    /// <inheritdoc/>
    public override async Task<HubRepository> FindAsync(HubConnection connection, string repository, string revision, CancellationToken cancellationToken)
    {
        string asked = Uri.EscapeDataString(revision);
        string api = $"api/v1/models/{repository}/repo";
        ListingAnswer answer = await connection.GetJsonAsync(
            repository, new Uri(Address.Endpoint, $"{api}/files?Revision={asked}&Recursive=false"), ModelScopeAnswers.Default.ListingAnswer, cancellationToken).ConfigureAwait(false);
        if (answer.Code != (int)HttpStatusCode.OK)
        {
            throw new DownloadException($"{PageOf(repository)}: expected a listing of its files, found that the hub says '{answer.Message}' ({answer.Code}).");
        }

        if (answer.Data?.Files is not { Length: > 0 } entries) throw MissingRevision(repository, revision);
        ListedFile[] files = [.. entries.Where(static entry => entry.Type == "blob")];
        return new HubRepository(repository, CommitOf(answer.Data) ?? revision, [.. Wanted(files, static entry => entry.Path).Select(entry => Checked(
            repository, entry.Path, entry.Size, FileDigest.Sha256(entry.Sha256), $"{api}?Revision={asked}&FilePath={Uri.EscapeDataString(entry.Path)}"))]);
    }

    /// <inheritdoc/>
    public override DownloadException Refusal(string repository, HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound => Missing(repository, "MODELSCOPE_API_TOKEN"),
        _ => Unexpected(response, reason: null),
    };

    /// <inheritdoc/>
    protected override Uri PageOf(string repository) => new(Address.Endpoint, $"models/{repository}");

    private static string? CommitOf(ListingData listing)
    {
        if (listing.LatestCommitter?.ShortId is not { Length: > 0 } shortName) return null;
        return listing.Files?.Select(static file => file.Revision).FirstOrDefault(revision => revision?.StartsWith(shortName, StringComparison.Ordinal) == true);
    }

    private sealed record ListingAnswer(long Code, string? Message = null, ListingData? Data = null);

    private sealed record ListingData(ListedFile[]? Files = null, Committer? LatestCommitter = null);

    private sealed record ListedFile(string Path, string Type, long Size = 0, string? Sha256 = null, string? Revision = null);

    private sealed record Committer(string? ShortId = null);

    [JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
    [JsonSerializable(typeof(ListingAnswer))]
    private sealed partial class ModelScopeAnswers : JsonSerializerContext;
}
