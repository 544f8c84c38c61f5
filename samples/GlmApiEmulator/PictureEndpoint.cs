using System.Globalization;
using System.Text.Json.Nodes;

namespace GlmApiEmulator;

/// <summary><c>images/generations</c>: the address of a picture.</summary>
internal sealed class PictureEndpoint(GlmEmulator emulator)
{
    private const int MaxPixels = 1 << 22;

    /// <summary>Answers.</summary>
    public async Task AnswerAsync(HttpContext context, EmulatedRequest request)
    {
        string size = request.Text("size") is { Length: > 0 } given ? given : "1024x1024";
        if (request.Is("H3") || !IsSize(size))
        {
            await EmulatedError.WriteAsync(context, "1214");
            return;
        }

        if (request.Is("H5")) await request.WaitAsync(TimeSpan.FromSeconds(12), emulator.Time);
        string file = request.Scenario switch
        {
            "H4" => "missing.png",
            "H6" => "huge.png",
            "H7" => "page.png",
            "H8" => "redirect.png",
            _ => $"picture.png?size={size}&prompt={Uri.EscapeDataString(request.Text("prompt"))}",
        };
        var answer = new JsonObject { ["created"] = 1767225600, ["data"] = new JsonArray(new JsonObject { ["url"] = new Uri(emulator.Address, "files/" + file).AbsoluteUri }) };
        if (request.Is("H2"))
        {
            answer["data"] = new JsonArray();
            answer["content_filter"] = new JsonArray(new JsonObject { ["role"] = "assistant", ["level"] = 0 });
        }

        await EmulatedError.WriteAsync(context, 200, answer);
    }

    private static bool IsSize(string size)
    {
        string[] sides = size.Split('x');
        return sides.Length == 2 && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width) && int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out int height) &&
            width is >= 512 and <= 2048 && height is >= 512 and <= 2048 && width % 16 == 0 && height % 16 == 0 && width * height <= MaxPixels;
    }
}
