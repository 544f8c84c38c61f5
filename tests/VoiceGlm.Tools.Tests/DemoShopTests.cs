using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VoiceGlm.Tools.Shop;

namespace VoiceGlm.Tools.Tests;

public sealed class DemoShopTests
{
    private readonly DemoShop _shop = Shop(isOpen: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Order_has_the_same_status_whenever_it_is_asked_for()
    {
        var tool = new OrderStatusTool(_shop);
        string first = (await tool.RunAsync(Call("""order_status{"order_id": "4712"}"""), Token)).Spoken;
        string second = (await tool.RunAsync(Call("""order_status{"order_id": "4712"}"""), Token)).Spoken;
        Assert.StartsWith("Order 4712 ", first, StringComparison.Ordinal);
        Assert.Equal(first, second);
        Assert.True(Enumerable.Range(1000, 40).Select(id => _shop.StatusOf($"{id}").Replace($"{id}", "", StringComparison.Ordinal)).Distinct().Count() > 3);
    }

    [Theory]
    [InlineData("""order_status{}""")]
    [InlineData("""order_status{"order_id": "471"}""")]
    [InlineData("""order_status{"order_id": "47121"}""")]
    [InlineData("""order_status{"order_id": 4712}""")]
    [InlineData("""order_status{"order_id": "４７１２"}""")]
    public async Task Number_that_is_none_is_refused(string call) =>
        Assert.Equal("I am sorry, that is not an order number. It has four digits.", (await new OrderStatusTool(_shop).RunAsync(Call(call), Token)).Spoken);

    [Theory]
    [InlineData("""file_complaint{"order_id": "4712", "problem": "late"}""", "late")]
    [InlineData("""file_complaint{"order_id": "4712", "problem": "'; drop table"}""", "other")]
    public async Task Complaint_is_kept(string call, string problem)
    {
        string answer = (await new FileComplaintTool(_shop).RunAsync(Call(call), Token)).Spoken;
        Assert.Contains("4712", answer, StringComparison.Ordinal);
        Assert.Equal(new Complaint("4712", problem), Assert.Single(_shop.Complaints));
    }

    [Fact]
    public async Task Complaint_about_no_order_is_not_kept()
    {
        await new FileComplaintTool(_shop).RunAsync(Call("""file_complaint{"problem": "late"}"""), Token);
        Assert.Empty(_shop.Complaints);
    }

    [Fact]
    public void Closed_shop_says_so() => Assert.Equal("I am sorry, there is no shop here.", Shop(isOpen: false).StatusOf("4712"));

    private static ToolRun Call(string text) => new(ToolCall.Parse(text.Insert(text.IndexOf('{', StringComparison.Ordinal), "\n"))!, new ToolCaller(), "card");

    private static DemoShop Shop(bool isOpen) => new(Options.Create(new ToolOptions { DemoShop = isOpen }), NullLogger<DemoShop>.Instance);
}
