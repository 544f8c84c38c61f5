using System.Text.Json.Nodes;

namespace GlmApiEmulator;

/// <summary><c>layout_parsing</c>: a page of a heading, two sentences and a table, its boxes as the scenario has them.</summary>
internal static class LayoutEndpoint
{
    private const int PageWidth = 1000;
    private const int PageHeight = 2000;

    /// <summary>Answers.</summary>
    public static Task AnswerAsync(HttpContext context, EmulatedRequest request) => EmulatedError.WriteAsync(context, 200, new JsonObject
    {
        ["id"] = "1",
        ["model"] = request.Model,
        ["md_results"] = "# Emulated page\n\nThe first sentence. The second sentence.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        ["layout_details"] = new JsonArray(new JsonArray(
            Part(request, 0, "text", "Emulated page", 0.1, 0.05, 0.9, 0.1),
            Part(request, 1, "text", "The first sentence. The second sentence.", 0.1, 0.2, 0.9, 0.3),
            Part(request, 2, "table", "| a | b |", 0.1, 0.4, 0.5, 0.6))),
        ["data_info"] = new JsonObject { ["pages"] = new JsonArray(new JsonObject { ["width"] = PageWidth, ["height"] = PageHeight }) },
    });

    // As parts of the page, in pixels (F8-px), or nested once more (F8-nested).
    private static JsonObject Part(EmulatedRequest request, int index, string label, string content, double left, double top, double right, double bottom)
    {
        JsonArray box = request.Is("F8-px")
            ? new JsonArray((int)(left * PageWidth), (int)(top * PageHeight), (int)(right * PageWidth), (int)(bottom * PageHeight))
            : new JsonArray(left, top, right, bottom);
        return new JsonObject { ["index"] = index, ["label"] = label, ["content"] = content, ["bbox_2d"] = request.Is("F8-nested") ? new JsonArray(box) : box };
    }
}
