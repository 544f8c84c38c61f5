using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

/// <summary>A real browser's connection, its tone sent back as it came.</summary>
public sealed class ChromiumTests
{
    [Theory]
    [InlineData("PCMU", "udp", SrtpProfile.AeadAes128Gcm)]
    [InlineData("G722", "udp", SrtpProfile.Aes128CmHmacSha1)]
    [InlineData("opus", "udp", SrtpProfile.AeadAes128Gcm)]
    [InlineData("G722", "tcp", SrtpProfile.AeadAes128Gcm)]
    public async Task Browser_hears_its_own_tone(string codec, string protocol, SrtpProfile profile)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using var server = new RtcServer(new RtcOptions { Profiles = [profile] });
        using HttpListener listener = Listen(out string address);
        using Chromium browser = Chromium.Open($"{address}?hertz=1000");
        while (true)
        {
            HttpListenerContext request = await listener.GetContextAsync().WaitAsync(cancellationToken);
            using var reader = new StreamReader(request.Request.InputStream);
            string body = await reader.ReadToEndAsync(cancellationToken);
            string reply = "";
            switch (request.Request.Url!.AbsolutePath)
            {
                case "/":
                    reply = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests/VoiceGlm.Rtc.Tests/Browser/tone.html"), cancellationToken);
                    request.Response.ContentType = "text/html";
                    break;
                case "/offer":
                    AudioFormat format = new[] { AudioFormat.Pcmu, AudioFormat.G722, AudioFormat.Opus }.Single(format => format.Name == codec);
                    reply = server.Accept(body, [format], new Echo()).Answer;
                    // A network that lets no datagram through knows no such candidate.
                    if (protocol == "tcp") reply = string.Join("\r\n", reply.Split("\r\n").Where(static line => !line.Contains(" udp ", StringComparison.Ordinal)));
                    break;
                case "/result":
                    Check(JsonDocument.Parse(body).RootElement, codec, protocol, profile);
                    Assert.Equal(0, server.Counters.Dropped(PacketDrop.NotAuthentic));
                    return;
            }

            await request.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(reply), cancellationToken);
            request.Response.Close();
        }
    }

    private static void Check(JsonElement result, string codec, string protocol, SrtpProfile profile)
    {
        Assert.False(result.TryGetProperty("error", out JsonElement error), error.ToString());
        Assert.InRange(result.GetProperty("hertz").GetDouble(), 970, 1_030);
        Assert.Equal($"audio/{codec}", result.GetProperty("codec").GetString());
        Assert.Equal(protocol, result.GetProperty("protocol").GetString());
        Assert.Equal(profile == SrtpProfile.AeadAes128Gcm ? "SRTP_AEAD_AES_128_GCM" : "SRTP_AES128_CM_HMAC_SHA1_80", result.GetProperty("srtp").GetString());
    }

    private static HttpListener Listen(out string address)
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            address = $"http://localhost:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add(address);
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException)
            {
                // Another has taken the port in between.
            }
        }
    }

    private sealed class Echo : IPeerListener
    {
        public void OnAudio(PeerConnection peer, in AudioPacket packet) => peer.SendAudio(packet.Payload, packet.Timestamp, packet.IsMarked, packet.Level);
    }
}
