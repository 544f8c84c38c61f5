using System.Text.Json;
using System.Text.Json.Nodes;

namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>Writes the JSON files of a checkpoint.</summary>
internal static class JsonFile
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes an object into a folder.</summary>
    public static void Write(string folder, string name, JsonObject value)
    {
        using FileStream stream = File.Create(Path.Combine(folder, name));
        using var writer = new Utf8JsonWriter(stream, s_options);
        value.WriteTo(writer);
    }
}
