namespace VoiceGlm.Tools.Filming;

/// <summary>Sizes of films that the models make.</summary>
internal static class VideoSize
{
    /// <summary>The size for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="orientation"><c>landscape</c>, <c>portrait</c> or <c>square</c>; empty for landscape.</param>
    public static string For(string model, string orientation)
    {
        bool isThird = HasDuration(model);
        return orientation switch
        {
            "portrait" => isThird ? "720x1280" : "960x1280",
            "square" => "1024x1024",
            _ => isThird ? "1280x720" : "1280x960",
        };
    }

    /// <summary>Whether the model can be told how long its film is to be.</summary>
    public static bool HasDuration(string model) => model.StartsWith("cogvideox-3", StringComparison.Ordinal);
}
