namespace VoiceGlm.Tools.Shop;

/// <summary><c>order_status(order_id)</c>: what became of an order.</summary>
internal sealed class OrderStatusTool(DemoShop shop) : ITool
{
    /// <inheritdoc/>
    public string Name => "order_status";

    /// <inheritdoc/>
    public string Description => "Tells what became of an order of the shop.";

    /// <inheritdoc/>
    public string Parameters => """{"type":"object","properties":{"order_id":{"type":"string","description":"The order's number: four digits."}},"required":["order_id"]}""";

    /// <inheritdoc/>
    public ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken) => new(new ToolAnswer(shop.StatusOf(run.Call.Text("order_id"))));
}
