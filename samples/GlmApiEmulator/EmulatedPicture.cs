using VoiceGlm.Tools.Pictures;

namespace GlmApiEmulator;

/// <summary>Pictures that are made up: a field, a sun, a shape in the colour that the prompt names, and that it is emulated.</summary>
internal static class EmulatedPicture
{
    private static readonly (string Word, int Color)[] s_colors =
    [
        ("red", 0xC8402F), ("红", 0xC8402F), ("blue", 0x3F66C0), ("蓝", 0x3F66C0), ("green", 0x3E8F4C), ("绿", 0x3E8F4C), ("yellow", 0xE2C23A), ("黄", 0xE2C23A), ("white", 0xF2F2F2),
        ("白", 0xF2F2F2), ("black", 0x303030), ("黑", 0x303030), ("pink", 0xE08FB0), ("golden", 0xD9A520), ("brown", 0x8A5A33),
    ];

    /// <summary>Draws a prompt.</summary>
    public static byte[] Draw(string prompt, int width, int height)
    {
        var canvas = new PixelCanvas(width, height);
        bool snow = prompt.Contains("snow", StringComparison.OrdinalIgnoreCase) || prompt.Contains('雪', StringComparison.Ordinal);
        int horizon = height * 3 / 5;
        for (int y = 0; y < horizon; y++) canvas.Fill(0, y, width, 1, 0x6FA8DC + (0x010100 * (y * 60 / horizon)));
        canvas.Fill(0, horizon, width, height - horizon, snow ? 0xF4F6FA : 0x7DA65A);
        canvas.FillEllipse(width * 4 / 5, height / 5, width / 14, width / 14, 0xFFE38A);
        int color = s_colors.Where(pair => prompt.Contains(pair.Word, StringComparison.OrdinalIgnoreCase)).Select(static pair => pair.Color).FirstOrDefault(0x9A6FB0);
        canvas.FillEllipse(width / 2, horizon + (height / 20), width / 6, height / 9, color);
        canvas.FillEllipse(width * 13 / 20, horizon - (height / 20), width / 14, height / 14, color);
        int scale = Math.Max(1, width / 256);
        canvas.Fill(0, 0, width, 11 * scale, 0x202020);
        canvas.Write("EMULATED", 4 * scale, 2 * scale, scale, 0xFFFFFF);
        canvas.Fill(0, height - (11 * scale), width, 11 * scale, 0x202020);
        canvas.Write(prompt, 4 * scale, height - (9 * scale), scale, 0xFFFFFF);
        return canvas.ToPng();
    }
}
