using System.Text.Json;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Filming;

/// <summary>Reads how a job of the service's stands, in all the shapes that it is told in.</summary>
/// <param name="Film">Where the film is, once it is made.</param>
/// <param name="Poster">Where a picture of it is.</param>
internal sealed record VideoResult(Uri Film, Uri? Poster)
{
    /// <summary>The result; <see langword="null"/> while there is none yet.</summary>
    /// <exception cref="GlmException">The job failed, or has an empty result.</exception>
    public static VideoResult? Of(JobReply reply) => reply.TaskStatus switch
    {
        "SUCCESS" => Read(reply),
        "FAIL" => throw new GlmException(ErrorOf(reply)),
        // PROCESSING, SUBMITTED, and what is not known here.
        _ => null,
    };

    private static VideoResult Read(JobReply reply)
    {
        JsonElement result = reply.VideoResult ?? default;
        if (result.ValueKind == JsonValueKind.Array && result.GetArrayLength() > 0) result = result[0];
        return result.ValueKind == JsonValueKind.Object && Address(result, "url") is { } film
            ? new VideoResult(film, Address(result, "cover_image_url"))
            : throw new GlmException(GlmErrorKind.Malformed, "The job is done and has no result.");
    }

    private static GlmError ErrorOf(JobReply reply) => reply.Error switch
    {
        { ValueKind: JsonValueKind.Object } error => GlmError.Read(400, error),
        { ValueKind: JsonValueKind.String } error => new GlmError(GlmErrorKind.Server, error.GetString()!),
        _ => new GlmError(GlmErrorKind.Server, reply.Message ?? "The job failed, and the service does not say why."),
    };

    private static Uri? Address(JsonElement from, string member) =>
        from.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String && Uri.TryCreate(value.GetString(), UriKind.Absolute, out Uri? address) ? address : null;
}
