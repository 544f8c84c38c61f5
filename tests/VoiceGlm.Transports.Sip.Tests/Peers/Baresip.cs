using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using VoiceGlm.Audio;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>A telephone that knows nothing of ours: baresip, driven over its control connection. It says what is in a file and keeps what it hears.</summary>
internal sealed class Baresip : IAsyncDisposable
{
    public const double Voice = 1_000;

    private const int Attempts = 5;
    private const string Program = "/usr/bin/baresip";
    private const string Modules = "/usr/lib/baresip/modules";

    private readonly TemporaryFolder _folder = new();
    private readonly List<JsonElement> _events = [];
    private readonly SemaphoreSlim _news = new(0);
    private readonly StringBuilder _output = new();
    private Process? _process;
    private TcpClient? _control;

    private Baresip(int port) => Port = port;

    /// <summary>Where it listens, by UDP and TCP; TLS is one above.</summary>
    public int Port { get; }

    public string Address => $"sip:alice@127.0.0.1:{Port}";

    public static void Require() => Installed.Require(Program, "baresip-core");

    /// <summary>Starts it.</summary>
    /// <param name="codec">What it offers, such as <c>PCMU/8000/1</c>.</param>
    /// <param name="rate">The rate of the codec's samples.</param>
    /// <param name="account">Parameters of its account.</param>
    /// <param name="address">Its address; by default one without a registrar.</param>
    /// <param name="config">Further lines of its configuration.</param>
    public static async Task<Baresip> StartAsync(string codec = "PCMU/8000/1", int rate = 8_000, string account = "", string? address = null, string config = "")
    {
        for (int attempt = 0; ; attempt++)
        {
            var baresip = new Baresip(FreePort());
            try
            {
                await baresip.BeginAsync(codec, new SampleRate(rate), account, address, config);
                return baresip;
            }
            catch (SocketException) when (attempt < Attempts)
            {
                // Somebody took one of its ports in between.
                await baresip.DisposeAsync();
            }
        }
    }

    /// <summary>Gives it a command and waits for its answer.</summary>
    public async Task DoAsync(string command, string parameters = "")
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["command"] = command, ["params"] = parameters, ["token"] = command });
        byte[] message = [.. Encoding.ASCII.GetBytes($"{json.Length}:"), .. json, (byte)','];
        await _control!.GetStream().WriteAsync(message, TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for an event of a type, such as CALL_ESTABLISHED, that was not waited for yet.</summary>
    public async Task<string> ExpectAsync(string type)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            lock (_events)
            {
                int at = _events.FindIndex(found => found.TryGetProperty("type", out JsonElement kind) && kind.GetString() == type);
                if (at >= 0)
                {
                    JsonElement found = _events[at];
                    _events.RemoveAt(at);
                    return found.TryGetProperty("param", out JsonElement param) ? param.GetString() ?? "" : "";
                }
            }

            try
            {
                await _news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Expected {type}; baresip says: {Said()}");
            }
        }
    }

    /// <summary>What it heard; each time that its sound begins anew is a file.</summary>
    public async Task<(float[] Samples, SampleRate Rate)> HeardAsync()
    {
        await StopAsync();
        WaveFile[] files = [.. Directory.EnumerateFiles(_folder.Path, "dump-*dec*.wav").Order().Select(WaveFile.Read)];
        return ([.. files.SelectMany(static file => file.Channel(0).ToArray())], files[0].SampleRate);
    }

    public string Said()
    {
        lock (_output)
        {
            lock (_events) return $"{string.Join(' ', _events)}\n{_output}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _control?.Dispose();
        _process?.Dispose();
        _news.Dispose();
        _folder.Dispose();
    }

    /// <summary>A port that nobody listens at, by TCP or UDP.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using Socket stream = new(SocketType.Stream, ProtocolType.Tcp), datagrams = new(SocketType.Dgram, ProtocolType.Udp);
            stream.Bind(new IPEndPoint(IPAddress.Any, 0));
            try
            {
                datagrams.Bind(stream.LocalEndPoint!);
                return ((IPEndPoint)stream.LocalEndPoint!).Port;
            }
            catch (SocketException)
            {
                // The next.
            }
        }
    }

    private async Task BeginAsync(string codec, SampleRate rate, string account, string? address, string config)
    {
        WriteVoice(rate, codec.EndsWith("/2", StringComparison.Ordinal));
        int control = FreePort();
        await File.WriteAllTextAsync(_folder["config"], $"""
            poll_method epoll
            sip_listen 127.0.0.1:{Port}
            audio_player aubridge,nowhere
            audio_source aufile,{_folder["voice.wav"]}
            audio_alert aubridge,nowhere
            call_max_calls 4
            rtp_timeout 0
            jitter_buffer_delay 5-10
            rtcp_mux no
            rtp_stats no
            module_path {Modules}
            module_tmp account.so
            module g711.so
            module g722.so
            module opus.so
            module aufile.so
            module aubridge.so
            module sndfile.so
            module srtp.so
            module_app menu.so
            module_app ctrl_tcp.so
            ctrl_tcp_listen 127.0.0.1:{control}
            snd_path {_folder.Path}
            {config}

            """);
        await File.WriteAllTextAsync(_folder["accounts"], $"<{address ?? Address}>;regint={(address is null ? 0 : 60)};audio_codecs={codec}{account}\n");
        await File.WriteAllTextAsync(_folder["contacts"], "");
        var start = new ProcessStartInfo(Program) { ArgumentList = { "-f", _folder.Path }, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _control = await ConnectAsync(control);
        if (Said().Contains("Address already in use", StringComparison.Ordinal)) throw new SocketException((int)SocketError.AddressAlreadyInUse);
        _ = ReadAsync(_control.GetStream());
    }

    // It reads only files that have its codec's channels: two of the same are one with each sample twice, under another head.
    private void WriteVoice(SampleRate rate, bool isStereo)
    {
        float[] mono = Tones.Make(Voice, TimeSpan.FromSeconds(30), rate);
        using var stream = new MemoryStream();
        WaveFile.WritePcm16(stream, isStereo ? [.. mono.SelectMany(static sample => new[] { sample, sample })] : mono, rate);
        byte[] file = stream.ToArray();
        if (isStereo) (file[22], file[32]) = (2, 4);
        File.WriteAllBytes(_folder["voice.wav"], file);
    }

    private async Task<TcpClient> ConnectAsync(int port)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                return client;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20) && !_process!.HasExited)
            {
                client.Dispose();
                // It is another process: nothing tells when it listens.
                await Task.Yield();
            }
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output) _output.AppendLine(line.Data);
    }

    // Netstrings of JSON.
    private async Task ReadAsync(NetworkStream stream)
    {
        var text = new MemoryStream();
        byte[] buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and int count)
            {
                text.Write(buffer, 0, count);
                byte[] all = text.ToArray();
                int start = 0;
                while (Array.IndexOf(all, (byte)':', start) is > 0 and int colon && int.TryParse(all.AsSpan(start, colon - start), out int length) && colon + 1 + length < all.Length)
                {
                    using var document = JsonDocument.Parse(all.AsMemory(colon + 1, length));
                    lock (_events) _events.Add(document.RootElement.Clone());
                    _news.Release();
                    start = colon + length + 2;
                }

                text.SetLength(0);
                text.Write(all, start, all.Length - start);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    private async Task StopAsync()
    {
        if (_process is null || _process.HasExited) return;
        await DoAsync("quit");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }
}
