using System.Text.Json;

namespace VoiceGlm.Tools.Glm;

/// <summary><c>images/generations</c>: a picture that is wanted.</summary>
internal sealed record PictureRequest(string Prompt, string Size, string? Quality)
{
    public string Model { get; init; } = "";

    public string? RequestId { get; init; }
}

/// <summary>Where the picture is, or why there is none.</summary>
internal sealed record PictureReply
{
    public IReadOnlyList<PictureLink>? Data { get; init; }

    public JsonElement? ContentFilter { get; init; }
}

/// <summary>An address, or the picture itself in base64.</summary>
internal sealed record PictureLink
{
    public Uri? Url { get; init; }

    public string? B64Json { get; init; }
}

/// <summary><c>videos/generations</c>: a film that is wanted.</summary>
internal sealed record VideoRequest(string Prompt, string Size)
{
    public string Model { get; init; } = "";

    public string? RequestId { get; init; }

    /// <summary>The picture that is to move.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>5 or 10 seconds; not of all models.</summary>
    public int? Duration { get; init; }
}

/// <summary>How a job stands.</summary>
internal sealed record JobReply
{
    public string? Id { get; init; }

    public string? TaskStatus { get; init; }

    public JsonElement? VideoResult { get; init; }

    public JsonElement? Error { get; init; }

    public string? Message { get; init; }
}

/// <summary><c>layout_parsing</c>: a page that is to be read.</summary>
internal sealed record LayoutRequest(string File)
{
    public string Model { get; init; } = "";

    public string? RequestId { get; init; }
}

/// <summary><c>completions</c>: a raw prompt that is to go on.</summary>
internal sealed record CompletionRequest(string Model, string Prompt, int MaxTokens, int N, IReadOnlyList<string> Stop);

/// <summary><c>infill</c>: a text with blanks.</summary>
internal sealed record InfillRequest(string Text, int MaxNewTokens);

/// <summary>What fills them.</summary>
internal sealed record InfillReply
{
    public IReadOnlyList<InfillPiece>? Fills { get; init; }
}

/// <summary>What fills one of them.</summary>
internal sealed record InfillPiece
{
    public int Index { get; init; }

    public string? Text { get; init; }
}
