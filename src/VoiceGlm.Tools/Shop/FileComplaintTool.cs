namespace VoiceGlm.Tools.Shop;

/// <summary><c>file_complaint(order_id, problem)</c>: takes a complaint.</summary>
internal sealed class FileComplaintTool(DemoShop shop) : ITool
{
    private static readonly string[] s_problems = ["damaged", "late", "missing", "wrong", "not_working", "price"];

    /// <inheritdoc/>
    public string Name => "file_complaint";

    /// <inheritdoc/>
    public string Description => "Takes a complaint about an order of the shop.";

    /// <inheritdoc/>
    public string Parameters => """
        {"type":"object","properties":{
          "order_id":{"type":"string","description":"The order's number: four digits."},
          "problem":{"type":"string","enum":["damaged","late","missing","wrong","not_working","price"],"description":"What is wrong with it."}},
        "required":["order_id","problem"]}
        """;

    /// <inheritdoc/>
    public ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        string problem = run.Call.Text("problem");
        return new ValueTask<ToolAnswer>(new ToolAnswer(shop.File(run.Call.Text("order_id"), s_problems.Contains(problem) ? problem : "other")));
    }
}
