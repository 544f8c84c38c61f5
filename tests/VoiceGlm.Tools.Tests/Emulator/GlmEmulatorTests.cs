using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GlmApiEmulator;

namespace VoiceGlm.Tools.Tests.Emulator;

public sealed class GlmEmulatorTests : IAsyncLifetime
{
    private const string Chat = """{"model":"glm-4","messages":[{"role":"user","content":"Hello"}]}""";

    private GlmEmulator _emulator = null!;
    private HttpClient _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _emulator = await GlmEmulator.StartAsync();
        _http = new HttpClient { BaseAddress = _emulator.BaseAddress };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _emulator.DisposeAsync();
    }

    [Fact]
    public async Task Request_is_logged_with_its_model_and_scenario()
    {
        using HttpResponseMessage answer = await PostAsync("chat/completions", Chat.Replace("glm-4", "glm-4@A1", StringComparison.Ordinal));
        EmulatedRequest request = await _emulator.Arrivals.ReadAsync(Token);
        Assert.Equal(("chat/completions", "glm-4", "A1", 1), (request.Path, request.Model, request.Scenario, _emulator.Count("chat/completions")));
        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal(["choices"], body.RootElement.EnumerateObject().Select(static member => member.Name));
    }

    [Fact]
    public async Task Picture_is_a_png_of_the_size_that_was_asked_for()
    {
        using HttpResponseMessage answer = await PostAsync("images/generations", """{"model":"cogview-4","prompt":"a red fox","size":"1024x768"}""");
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
        byte[] png = await _http.GetByteArrayAsync(new Uri(body.GetProperty("data")[0].GetProperty("url").GetString()!), Token);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal([0, 0, 4, 0, 0, 0, 3, 0], png[16..24]);
    }

    [Fact]
    public async Task Film_is_an_mp4_file_whose_frames_are_where_it_says()
    {
        byte[] film = await _http.GetByteArrayAsync(new Uri(_emulator.Address, "files/video.mp4"), Token);
        Assert.Equal("ftypisom"u8, film.AsSpan(4, 8));
        int table = film.AsSpan().IndexOf("stco"u8);
        int first = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(film.AsSpan(table + 12));
        Assert.Equal("mdat"u8, film.AsSpan(first - 4, 4));
        // Every frame: a length, and a unit that is an IDR picture, up to the end of the file.
        int frames = 0;
        for (int at = first; at < film.Length; frames++)
        {
            Assert.Equal(0x65, film[at + 4]);
            at += 4 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(film.AsSpan(at));
        }

        Assert.Equal(16, frames);
    }

    [Theory]
    [InlineData(1, 3600, HttpStatusCode.OK, "")]
    [InlineData(1000, 3600, HttpStatusCode.OK, "")]
    [InlineData(1, -1, HttpStatusCode.Unauthorized, "1003")]
    [InlineData(1000, -1, HttpStatusCode.Unauthorized, "1003")]
    public async Task Token_of_seconds_or_milliseconds_is_taken_until_it_expires(int perSecond, int lifetimeSeconds, HttpStatusCode expected, string code)
    {
        long expiry = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + lifetimeSeconds) * perSecond;
        using HttpResponseMessage answer = await PostAsync("chat/completions", Chat, Sign($$"""{"api_key":"emulator","exp":{{expiry}},"timestamp":0}"""));
        Assert.Equal(expected, answer.StatusCode);
        if (code.Length > 0) Assert.Contains($"\"{code}\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "1001")]
    [InlineData("one", "1000")]
    [InlineData("a.b.c", "1002")]
    public async Task Request_without_a_key_that_can_be_one_is_refused(string? key, string code)
    {
        using HttpResponseMessage answer = await PostAsync("chat/completions", Chat, key);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains($"\"{code}\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_of_a_tool_that_is_no_string_is_refused()
    {
        const string Body = """{"model":"glm-4","messages":[{"role":"user","content":"x"},{"role":"tool","tool_call_id":"1","content":[{"type":"text","text":"y"}]}]}""";
        using HttpResponseMessage answer = await PostAsync("chat/completions", Body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static string Sign(string claims)
    {
        string content = Base64Url.EncodeToString("""{"alg":"HS256","sign_type":"SIGN"}"""u8) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        return content + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(GlmEmulator.ApiKey.Split('.')[1]), Encoding.ASCII.GetBytes(content)));
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) => PostAsync(path, body, GlmEmulator.ApiKey);

    private async Task<HttpResponseMessage> PostAsync(string path, string body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await _http.SendAsync(request, Token);
    }
}
