using System.Net;
using System.Text.Json;
using GlmApiEmulator;
using VoiceGlm.ServerHost;
using VoiceGlm.Testing;

namespace VoiceGlm.Server.Tests;

/// <summary>The model that comes with the service, and the tools that it calls, with an emulator where the hosted API would be.</summary>
public sealed class ToolTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private GlmEmulator _emulator = null!;
    private ServerProcess _server = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _emulator = await GlmEmulator.StartAsync();
        _server = await ServerProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["VoiceGlm:Tools:Provider"] = "emulator",
                ["VoiceGlm:Tools:Providers:emulator:BaseAddress"] = _emulator.BaseAddress.AbsoluteUri,
                ["VoiceGlm:Tools:Folder"] = _folder.Path,
            },
            CancellationToken.None);
        _http.BaseAddress = _server.Address;
        await _server.WaitUntilReadyAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        await _emulator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Picture_that_is_asked_for_is_drawn_shown_and_told()
    {
        await using Caller caller = await Caller.ConnectAsync(_server.Address);
        caller.Write("draw a red fox in the snow");
        object?[] card = (await caller.ListenAsync("card")).Item;
        Assert.Equal("picture", card[3]);
        var shown = (IDictionary<object, object?>)card[4]!;
        Assert.Equal(("a red fox in the snow", "emulator"), (shown["title"], shown["source"]));
        using HttpResponseMessage picture = await _http.GetAsync((string)shown["url"]!, Cancelled);
        Assert.Equal((HttpStatusCode.OK, "image/png"), (picture.StatusCode, picture.Content.Headers.ContentType!.MediaType));
        (object?[] done, long played) = await caller.ListenAsync("response_done");
        Assert.Equal("completed", done[3]);
        Assert.True(played > 11_025, $"{played} samples were played.");
        Assert.Equal(1, _emulator.Count("images/generations"));

        using JsonDocument about = JsonDocument.Parse(await _http.GetStringAsync("/about", Cancelled));
        JsonElement tools = about.RootElement.GetProperty("tools");
        Assert.Equal(("emulator", true), (tools.GetProperty("provider").GetString(), tools.GetProperty("isEmulated").GetBoolean()));
        Assert.Contains("draw_picture", tools.GetProperty("names").EnumerateArray().Select(static name => name.GetString()));
        using HttpResponseMessage nothing = await _http.GetAsync("/results/0123456789abcdef0123456789abcdef.png", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }
}
