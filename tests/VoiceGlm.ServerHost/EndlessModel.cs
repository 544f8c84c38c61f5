using System.Text.Json.Nodes;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Inference;

namespace VoiceGlm.ServerHost;

/// <summary>
/// The rehearsal model without tokens that end a reply: random weights end theirs by chance, this one's replies always have
/// <c>VoiceGlm:Model:MaxNewTokens</c> tokens, about a third of them 80 ms of speech.
/// </summary>
public static class EndlessModel
{
    /// <summary>Settings of a service that runs it.</summary>
    /// <param name="folder">An empty folder, which becomes the model's.</param>
    /// <param name="tokens">Length of a reply; 12 make about a third of a second.</param>
    public static Dictionary<string, string> Settings(string folder, int tokens)
    {
        ModelFolder rehearsal = RehearsalModel.Open();
        foreach (string file in Directory.EnumerateFiles(rehearsal.Path)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        string manifest = Path.Combine(folder, ModelManifest.FileName);
        JsonNode json = JsonNode.Parse(File.ReadAllText(manifest))!;
        json["languageModel"]!["stopTokenIds"] = new JsonArray();
        json["examples"] = new JsonArray("What is seven plus five?", "Draw a heron.");
        File.WriteAllText(manifest, json.ToJsonString());
        return new Dictionary<string, string>
        {
            ["VoiceGlm:Model:Path"] = folder,
            ["VoiceGlm:Model:MaxNewTokens"] = tokens.ToString(System.Globalization.CultureInfo.InvariantCulture),
            // As even as can be, so that no reply is all text.
            ["VoiceGlm:Model:Temperature"] = "1",
            ["VoiceGlm:Model:TopP"] = "1",
            ["VoiceGlm:Model:TopK"] = "0",
        };
    }
}
