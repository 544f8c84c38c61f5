namespace VoiceGlm.Tools.Shop;

/// <summary><c>file_complaint(order_id, problem)</c>: takes a complaint.</summary>
internal sealed class FileComplaintTool(DemoShop shop) : ITool
{
    private static readonly string[] s_problems = ["damaged", "late", "missing", "wrong", "not_working", "price"];

    /// <inheritdoc/>
    public string Name => "file_complaint";

    /// <inheritdoc/>
    public ValueTask<ToolAnswer> RunAsync(ToolCall toolCall, CancellationToken cancellationToken)
    {
        string problem = toolCall.Text("problem");
        return new ValueTask<ToolAnswer>(new ToolAnswer(shop.File(toolCall.Text("order_id"), s_problems.Contains(problem) ? problem : "other")));
    }
}
