namespace VoiceGlm.Tools.Drawing;

/// <summary>Sizes of pictures that the models draw, by how they are to be.</summary>
internal static class PictureSize
{
    private static readonly string[] s_wide = ["landscape", "wide", "horizontal", "横"];
    private static readonly string[] s_tall = ["portrait format", "upright", "vertical", "tall picture", "竖"];

    /// <summary>The size for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="orientation"><c>landscape</c>, <c>portrait</c>, <c>square</c>, or empty: as the words of the prompt have it.</param>
    /// <param name="prompt">What is to be drawn.</param>
    public static string For(string model, string orientation, string prompt)
    {
        // Its sides are multiples of 32, beginning at 1024.
        bool isLarge = model.StartsWith("glm-image", StringComparison.Ordinal);
        bool isWide = orientation.Length > 0 ? Has(orientation, s_wide) : Has(prompt, s_wide);
        bool isTall = orientation.Length > 0 ? orientation.Contains("portrait", StringComparison.OrdinalIgnoreCase) || Has(orientation, s_tall) : Has(prompt, s_tall);
        if (isWide) return isLarge ? "1728x1024" : "1344x768";
        if (isTall) return isLarge ? "1024x1728" : "768x1344";
        return isLarge ? "1280x1280" : "1024x1024";
    }

    private static bool Has(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
