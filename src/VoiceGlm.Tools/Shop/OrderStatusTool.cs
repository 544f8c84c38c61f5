namespace VoiceGlm.Tools.Shop;

/// <summary><c>order_status(order_id)</c>: what became of an order.</summary>
internal sealed class OrderStatusTool(DemoShop shop) : ITool
{
    /// <inheritdoc/>
    public string Name => "order_status";

    /// <inheritdoc/>
    public ValueTask<ToolAnswer> RunAsync(ToolCall toolCall, CancellationToken cancellationToken) => new(new ToolAnswer(shop.StatusOf(toolCall.Text("order_id"))));
}
