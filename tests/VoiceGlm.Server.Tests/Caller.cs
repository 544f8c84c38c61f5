using System.Globalization;
using VoiceGlm.Transports.SignalR.Tests;

namespace VoiceGlm.Server.Tests;

/// <summary>
/// A client with a loudspeaker that has no sound: it plays what comes at once, and says so every 40 ms as the protocol wants it, since more than a
/// hundred reports a second are misuse.
/// </summary>
internal sealed class Caller : IAsyncDisposable
{
    private readonly PeriodicTimer _clock = new(TimeSpan.FromMilliseconds(40));
    private readonly Task _reports;
    private volatile Tuple<object?, long>? _played;

    private Caller(VoiceClient client)
    {
        Client = client;
        _reports = ReportAsync();
    }

    public VoiceClient Client { get; }

    public static async Task<Caller> ConnectAsync(Uri server) => new(await VoiceClient.ConnectAsync(new Uri(server, "voice")));

    /// <summary>Writes something.</summary>
    public void Write(string text) => Client.Send("text", text);

    /// <summary>Listens until something of a kind comes.</summary>
    /// <param name="kind">The kind of the item that is waited for.</param>
    /// <returns>The item, and how many samples of the latest reply have been played.</returns>
    public async Task<(object?[] Item, long Played)> ListenAsync(string kind)
    {
        while (true)
        {
            object?[] item = await Client.ReadAsync();
            string found = (string)item[0]!;
            if (found == "audio") _played = Tuple.Create(item[1], Convert.ToInt64(item[2], CultureInfo.InvariantCulture) + (((byte[])item[4]!).Length / 2));
            if (found == "flush") Client.Send("flushed", item[2], PlayedOf(item[2]));
            if (found == kind) return (item, _played?.Item2 ?? 0);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _clock.Dispose();
        await _reports;
        await Client.DisposeAsync();
    }

    private long PlayedOf(object? turn) => _played is { } played && Equals(played.Item1, turn) ? played.Item2 : 0;

    private async Task ReportAsync()
    {
        Tuple<object?, long>? reported = null;
        while (await _clock.WaitForNextTickAsync())
        {
            if (_played is not { } played || ReferenceEquals(played, reported)) continue;
            Client.Send("played", played.Item1, played.Item2);
            reported = played;
        }
    }
}
