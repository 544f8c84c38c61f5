using System.Text.Json.Nodes;
using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

/// <summary>The golden language model with another configuration.</summary>
internal static class ChangedModel
{
    /// <summary>Converts it.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="name">Tells it from others there.</param>
    /// <param name="change">Changes its <c>config.json</c>.</param>
    public static ModelFolder Convert(TemporaryFolder folder, string name, Action<JsonNode> change)
    {
        string checkpoint = Directory.CreateDirectory(folder["checkpoint" + name]).FullName;
        foreach (string file in Directory.EnumerateFiles(Repository.Fixture("lm", "model"))) File.Copy(file, Path.Combine(checkpoint, Path.GetFileName(file)));
        JsonNode configuration = JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, "config.json")))!;
        change(configuration);
        File.WriteAllText(Path.Combine(checkpoint, "config.json"), configuration.ToJsonString());
        CheckpointConverter.Convert([checkpoint], folder["model" + name], progress: null, CancellationToken.None);
        return ModelFolder.Open(folder["model" + name]);
    }
}
