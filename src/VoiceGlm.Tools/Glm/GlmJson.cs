using System.Text.Json;
using System.Text.Json.Serialization;

namespace VoiceGlm.Tools.Glm;

/// <summary>How the API's JSON is written and read: names with underscores, what is not known is passed over, numbers may be strings.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(ChatWire))]
[JsonSerializable(typeof(PictureRequest))]
[JsonSerializable(typeof(PictureReply))]
[JsonSerializable(typeof(VideoRequest))]
[JsonSerializable(typeof(JobReply))]
[JsonSerializable(typeof(LayoutRequest))]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(InfillRequest))]
[JsonSerializable(typeof(InfillReply))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class GlmJson : JsonSerializerContext;
