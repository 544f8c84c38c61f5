using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VoiceGlm.ServerHost;
using VoiceGlm.Testing;

namespace VoiceGlm.Server.Tests;

/// <summary>How the service starts, and what keeps it from starting.</summary>
public sealed class StartTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> WrongSettings { get; } = new()
    {
        { "VoiceGlm:Model:TopP", "7", "The field ModelOptions.TopP must be between 0.001 and 1." },
        { "VoiceGlm:Model:MaxNewTokens", "many", "Failed to convert configuration value 'many' at 'VoiceGlm:Model:MaxNewTokens' to type 'System.Int32'." },
        { "VoiceGlm:Conversation:MaxSessions", "0", "The field ConversationOptions.MaxSessions must be between 1 and 10000." },
        { "VoiceGlm:TurnDetection:EndSilence", "00:00:05", "EndSilence (00:00:05) must lie between ShortestEndSilence (00:00:00.4500000) and LongestEndSilence (00:00:01.2000000)." },
        { "VoiceGlm:SpeechDecoder:OverlapTokens", "-1", "SpeechDecoder:OverlapTokens must not be negative." },
        { "VoiceGlm:SignalR:ResumeWithin", "01:00:00", "The field SignalRVoiceOptions.ResumeWithin must be between 00:00:00 and 00:10:00." },
        { "VoiceGlm:Drain:Timeout", "-00:00:01", "The field DrainOptions.Timeout must be between 00:00:00 and 01:00:00." },
        { "VoiceGlm:Model:Temprature", "1", "'Temprature'" },
        { "VoiceGlm:Page:Opne", "false", "'Opne'" },
        { "VoiceGlm:Model:Path", "/no/such/model", "/no/such/model" },
    };

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public async Task Wrong_setting_stops_the_service_with_a_sentence(string name, string value, string sentence)
    {
        (int exitCode, string output) = await ServerProcess.RunAsync(new Dictionary<string, string> { [name] = value }, Cancelled);
        Assert.Equal(1, exitCode);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_model_stops_the_service_with_a_sentence()
    {
        using var folder = new TemporaryFolder();
        Dictionary<string, string> settings = RunningServer.Settings(folder.Path);
        string weights = Directory.EnumerateFiles(folder.Path, "*.data").Order(StringComparer.Ordinal).First();
        await using (FileStream stream = File.OpenWrite(weights))
        {
            stream.Position = stream.Length / 2;
            stream.WriteByte(0xff);
        }

        (int exitCode, string output) = await ServerProcess.RunAsync(settings, Cancelled);
        Assert.Equal(1, exitCode);
        Assert.Contains($"The model cannot be loaded: {weights}: expected SHA-256", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_that_is_taken_is_told()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        (int exitCode, string output) = await ServerProcess.RunAsync(new Dictionary<string, string> { ["Urls"] = address }, Cancelled);
        Assert.Equal(1, exitCode);
        Assert.Contains($"Failed to bind to address {address}: address already in use.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_is_alive_but_not_ready_while_the_model_is_loaded()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A named pipe holds the manifest back, which is another thing on Windows.");
        using var folder = new TemporaryFolder();
        Dictionary<string, string> settings = RunningServer.Settings(folder.Path);
        string manifest = folder["manifest.json"];
        string text = await File.ReadAllTextAsync(manifest, Cancelled);
        File.Delete(manifest);
        using (Process pipe = Process.Start("mkfifo", [manifest])) await pipe.WaitForExitAsync(Cancelled);

        await using ServerProcess server = await ServerProcess.StartAsync(settings, Cancelled);
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Equal("Healthy", await http.GetStringAsync("/health/live", Cancelled));
        using (HttpResponseMessage unready = await http.GetAsync("/health/ready", Cancelled)) Assert.Equal(HttpStatusCode.ServiceUnavailable, unready.StatusCode);

        // Somebody who comes now waits, and is served when the model is there.
        await using Caller early = await Caller.ConnectAsync(server.Address);
        await File.WriteAllTextAsync(manifest, text, Cancelled);
        await server.WaitUntilReadyAsync(Cancelled);
        await early.Client.ReadAsync("state");
    }
}
