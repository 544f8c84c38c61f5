using System.Globalization;
using VoiceGlm.Transports.SignalR.Tests;

namespace VoiceGlm.Server.Tests;

/// <summary>A client with a loudspeaker that has no sound: it plays what comes at once, and says so.</summary>
internal sealed class Caller(VoiceClient client) : IAsyncDisposable
{
    public VoiceClient Client => client;

    public static async Task<Caller> ConnectAsync(Uri server) => new(await VoiceClient.ConnectAsync(new Uri(server, "voice")));

    /// <summary>Writes something.</summary>
    public void Write(string text) => client.Send("text", text);

    /// <summary>Listens until something comes that is not sound.</summary>
    /// <param name="kind">The kind of the item that is waited for.</param>
    /// <returns>The item, and how many samples were played until then.</returns>
    public async Task<(object?[] Item, long Played)> ListenAsync(string kind)
    {
        long played = 0;
        while (true)
        {
            object?[] item = await client.ReadAsync();
            if ((string)item[0]! == kind) return (item, played);
            if ((string)item[0]! == "flush") client.Send("flushed", item[2], played);
            if ((string)item[0]! != "audio") continue;
            played = Convert.ToInt64(item[2], CultureInfo.InvariantCulture) + (((byte[])item[4]!).Length / 2);
            client.Send("played", item[1], played);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => client.DisposeAsync();
}
