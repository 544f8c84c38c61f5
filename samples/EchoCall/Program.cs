// A call that is sent back as it comes, by VoiceGlm.Rtc alone: no model, no codec, no other service. See README.md.
using VoiceGlm.Rtc;

WebApplication app = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }).Build();
if (app.Configuration["urls"] is null) app.Urls.Add("http://localhost:8091");

RtcOptions options = app.Configuration.GetSection(RtcOptions.SectionName).Get<RtcOptions>() ?? new RtcOptions();
await using var server = new RtcServer(options);

app.MapGet("/", static () => Results.File(Path.Combine(AppContext.BaseDirectory, "index.html"), "text/html; charset=utf-8"));
app.MapPost("/offer", async (HttpRequest request) =>
{
    using var reader = new StreamReader(request.Body);
    try
    {
        PeerConnection call = server.Accept(await reader.ReadToEndAsync(), [AudioFormat.Opus, AudioFormat.G722, AudioFormat.Pcmu], new Echo());
        return Results.Text(call.Answer, "application/sdp");
    }
    catch (SdpException exception)
    {
        return Results.BadRequest(exception.Message);
    }
});
await app.RunAsync();

/// <summary>Sends every packet back, at once.</summary>
internal sealed class Echo : IPeerListener
{
    public void OnAudio(PeerConnection peer, in AudioPacket packet) => peer.SendAudio(packet.Payload, packet.Timestamp, packet.IsMarked, packet.Level);

    public void OnStateChanged(PeerConnection peer, PeerState state) => Console.WriteLine($"{peer.Agreed.Audio.Format.Name}: {state}");
}
