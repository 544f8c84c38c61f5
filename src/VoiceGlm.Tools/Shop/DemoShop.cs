using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Tools.Shop;

/// <summary>
/// A shop that is made up, for the customer-service story: its orders follow from their numbers, its complaints are kept until the service
/// ends and are told to the log. Thread-safe.
/// </summary>
internal sealed partial class DemoShop(IOptions<ToolOptions> options, ILogger<DemoShop> logger)
{
    private readonly ConcurrentQueue<Complaint> _complaints = new();

    /// <summary>The complaints so far.</summary>
    public IReadOnlyCollection<Complaint> Complaints => _complaints;

    /// <summary>What became of an order, in a sentence.</summary>
    public string StatusOf(string orderId)
    {
        if (Refusal(orderId) is { } refusal) return refusal;
        // As if drawn, and the same whenever it is asked for.
        return (int.Parse(orderId, CultureInfo.InvariantCulture) * 7919 % 5) switch
        {
            0 => $"Order {orderId} is being packed. It will be sent tomorrow.",
            1 => $"Order {orderId} was sent yesterday. It will arrive tomorrow.",
            2 => $"Order {orderId} is on its way. It will arrive today.",
            3 => $"Order {orderId} was delivered yesterday.",
            _ => $"Order {orderId} is late. It will arrive on Friday.",
        };
    }

    /// <summary>Takes a complaint.</summary>
    /// <returns>What the user is told, in a sentence or two.</returns>
    public string File(string orderId, string problem)
    {
        if (Refusal(orderId) is { } refusal) return refusal;
        _complaints.Enqueue(new Complaint(orderId, problem));
        LogComplaint(logger, orderId, problem);
        return $"Thank you. Your complaint about order {orderId} is filed. We will answer within two days.";
    }

    private string? Refusal(string orderId)
    {
        if (!options.Value.DemoShop) return "I am sorry, there is no shop here.";
        return OrderId().IsMatch(orderId) ? null : "I am sorry, that is not an order number. It has four digits.";
    }

    [GeneratedRegex("^[0-9]{4}$")]
    private static partial Regex OrderId();

    [LoggerMessage(9010, LogLevel.Information, "A complaint was filed about order {Order}: {Problem}", EventName = "ComplaintFiled")]
    private static partial void LogComplaint(ILogger logger, string order, string problem);
}

/// <summary>What somebody complained of.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Problem">A word for what is wrong with it.</param>
internal sealed record Complaint(string OrderId, string Problem);
