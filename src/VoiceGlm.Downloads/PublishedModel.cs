namespace VoiceGlm.Downloads;

/// <summary>A model as it is published: the repositories that hold its parts.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Repositories">Names of its repositories, without their owner.</param>
/// <param name="LanguageModel">The one of them that holds the language model.</param>
public sealed record PublishedModel(string Name, IReadOnlyList<string> Repositories, string LanguageModel)
{
    /// <summary>The models that can be asked for by name.</summary>
    public static IReadOnlyList<PublishedModel> Known { get; } =
        [new("glm-4-voice-9b", ["glm-4-voice-tokenizer", "glm-4-voice-9b", "glm-4-voice-decoder"], "glm-4-voice-9b")];

    /// <summary>Who publishes the models on a hub.</summary>
    /// <remarks>Hugging Face leads the former name, THUDM, to zai-org.</remarks>
    public static string OwnerOn(HubKind hub) => hub == HubKind.ModelScope ? "ZhipuAI" : "zai-org";
}
