using System.Text.Json.Serialization;

namespace VoiceGlm.LanguageModel;

/// <summary>What is asked of <c>POST /v1/completions</c>: the OpenAI request, with the fields that vLLM and SGLang add to it.</summary>
internal sealed record CompletionRequest
{
    /// <summary>The model, or <see langword="null"/> for the one that the server has.</summary>
    public string? Model { get; init; }

    /// <summary>The conversation. Token ids are taken as they are: no template, no special tokens in front.</summary>
    public required int[] Prompt { get; init; }

    public required int MaxTokens { get; init; }

    public required float Temperature { get; init; }

    public required float TopP { get; init; }

    /// <summary>−1 for all: 0 is not understood everywhere.</summary>
    public required int TopK { get; init; }

    public required float MinP { get; init; }

    public required float RepetitionPenalty { get; init; }

    public int? Seed { get; init; }

    public required int[] StopTokenIds { get; init; }

    public bool Stream { get; init; } = true;

    /// <summary>Has each event tell its ids: their text is not enough, speech tokens have none.</summary>
    public bool ReturnTokenIds { get; init; } = true;
}

/// <summary>One event of the answer.</summary>
internal sealed record CompletionChunk(CompletionChoice?[]? Choices, CompletionError? Error);

/// <summary>The next ids of the answer.</summary>
internal sealed record CompletionChoice(int[]? TokenIds, string? Text, string? FinishReason);

/// <summary>Why a request failed.</summary>
internal sealed record CompletionError(string? Message);

/// <summary>The body of an answer that is none: <c>error.message</c>, or <c>message</c> by itself.</summary>
internal sealed record CompletionRefusal(CompletionError? Error, string? Message);

/// <summary>What <c>GET /v1/models</c> lists.</summary>
internal sealed record ServedModels(ServedModel?[]? Data);

/// <summary>A model that a server has.</summary>
internal sealed record ServedModel(string? Id, int? MaxModelLen);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(CompletionChunk))]
[JsonSerializable(typeof(CompletionRefusal))]
[JsonSerializable(typeof(ServedModels))]
internal sealed partial class CompletionJsonContext : JsonSerializerContext;
