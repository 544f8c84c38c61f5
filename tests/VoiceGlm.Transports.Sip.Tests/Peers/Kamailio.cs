using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>A PBX that knows nothing of ours: kamailio as registrar and proxy, which asks everybody for a password, by UDP and TLS.</summary>
internal sealed class Kamailio : IAsyncDisposable
{
    public const string Password = "open sesame";

    private const int Attempts = 5;
    private const string Program = "/usr/sbin/kamailio";
    private const string Modules = "/usr/lib/x86_64-linux-gnu/kamailio/modules/";

    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _output = new();
    private Process? _process;

    public Certificates Certificates { get; } = new();

    public int UdpPort { get; } = Baresip.FreePort();

    public int TlsPort { get; } = Baresip.FreePort();

    public static void Require()
    {
        Installed.Require(Program, "kamailio");
        Installed.Require(Modules + "tls.so", "kamailio-tls-modules");
    }

    public static async Task<Kamailio> StartAsync(string algorithm = "MD5")
    {
        for (int attempt = 0; ; attempt++)
        {
            var kamailio = new Kamailio();
            try
            {
                await kamailio.BeginAsync(algorithm);
                return kamailio;
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                // Somebody took one of its ports in between.
                await kamailio.DisposeAsync();
            }
        }
    }

    public string Said()
    {
        lock (_output) return _output.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        // It has children, which end with it when it is asked to.
        using (Process ask = Process.Start("kill", ["-TERM", $"{_process!.Id}"])) await ask.WaitForExitAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Certificates.Dispose();
        _folder.Dispose();
    }

    private async Task BeginAsync(string algorithm)
    {
        await File.WriteAllTextAsync(_folder["kamailio.cfg"], Configuration(algorithm));
        var start = new ProcessStartInfo(Program)
        {
            ArgumentList = { "-f", _folder["kamailio.cfg"], "-DD", "-E", "-m", "16", "-M", "8", "-P", _folder["pid"], "-Y", _folder.Path, "-w", _folder.Path },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ReadyAsync();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output) _output.AppendLine(line.Data);
    }

    // It listens by TLS last.
    private async Task ReadyAsync()
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, TlsPort, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException)
            {
                if (_process!.HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(20)) throw new InvalidOperationException($"kamailio does not listen: {Said()}");
                await Task.Yield();
            }
        }
    }

    private string Configuration(string algorithm) => $$"""
        #!KAMAILIO
        debug=1
        log_stderror=yes
        children=1
        tcp_children=1
        enable_tls=yes
        auto_aliases=no
        listen=udp:127.0.0.1:{{UdpPort}}
        listen=tls:127.0.0.1:{{TlsPort}}
        mpath="{{Modules}}"
        loadmodule "tls.so"
        loadmodule "tm.so"
        loadmodule "sl.so"
        loadmodule "rr.so"
        loadmodule "pv.so"
        loadmodule "maxfwd.so"
        loadmodule "usrloc.so"
        loadmodule "registrar.so"
        loadmodule "textops.so"
        loadmodule "siputils.so"
        loadmodule "auth.so"
        modparam("tls", "tls_method", "TLSv1.2+")
        modparam("tls", "private_key", "{{Certificates.Key}}")
        modparam("tls", "certificate", "{{Certificates.Certificate}}")
        modparam("auth", "algorithm", "{{(algorithm == "MD5" ? "" : algorithm)}}")
        modparam("auth", "qop", "auth")
        request_route {
            if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
            if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
            if (has_totag()) {
                if (loose_route()) { t_relay(); exit; }
                if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
                sl_send_reply("404", "Not Here");
                exit;
            }
            if (is_method("REGISTER")) {
                if (!pv_www_authenticate("pbx", "{{Password}}", "0")) { www_challenge("pbx", "1"); exit; }
                save("location");
                exit;
            }
            if (!pv_proxy_authenticate("pbx", "{{Password}}", "0")) { proxy_challenge("pbx", "1"); exit; }
            consume_credentials();
            record_route();
            if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
            t_relay();
        }

        """;
}
