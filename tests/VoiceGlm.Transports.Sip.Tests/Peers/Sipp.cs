using System.Diagnostics;
using System.Globalization;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>A caller that keeps to a script: sipp.</summary>
internal static class Sipp
{
    private const string Program = "/usr/bin/sipp";

    private static readonly string[] s_description = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000"];

    public static void Require() => Installed.Require(Program, "sip-tester");

    /// <summary>Runs a scenario of its own.</summary>
    public static Task<(int Code, string Errors)> RunBuiltInAsync(string name, int port, params string[] arguments) => RunAsync(["-sn", name, $"127.0.0.1:{port}", .. arguments]);

    /// <summary>Runs steps of a scenario.</summary>
    public static async Task<(int Code, string Errors)> RunAsync(string steps, int port, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["scenario.xml"], $"""
            <?xml version="1.0" encoding="ISO-8859-1" ?>
            <!DOCTYPE scenario SYSTEM "sipp.dtd">
            <scenario name="scenario">
            {steps}
            </scenario>
            """);
        return await RunAsync(["-sf", folder["scenario.xml"], $"127.0.0.1:{port}", .. arguments]);
    }

    /// <summary>Sends a request of the call.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="number">Its number.</param>
    /// <param name="headers">Further headers, between bars.</param>
    /// <param name="hasBody">Whether a description goes with it.</param>
    /// <param name="isFirst">Whether the other side has no tag yet.</param>
    public static string Send(string method, int number, string headers = "", bool hasBody = false, bool isFirst = false)
    {
        // Nobody answers an ACK.
        string again = method == "ACK" ? "" : " retrans=\"500\"";
        string[] lines =
        [
            $"{method} sip:bot@[remote_ip]:[remote_port] SIP/2.0",
            "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
            "From: sipp <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]",
            $"To: bot <sip:bot@[remote_ip]:[remote_port]>{(isFirst ? "" : "[peer_tag_param]")}",
            "Call-ID: [call_id]",
            $"CSeq: {number} {method}",
            "Contact: <sip:sipp@[local_ip]:[local_port]>",
            "Max-Forwards: 70",
            .. headers.Split('|', StringSplitOptions.RemoveEmptyEntries),
            .. hasBody ? ["Content-Type: application/sdp"] : Array.Empty<string>(),
            "Content-Length: [len]",
            "",
            .. hasBody ? s_description : [],
        ];
        return $"<send{again}><![CDATA[\n\n{string.Join('\n', lines)}\n\n]]></send>\n";
    }

    /// <summary>Waits for an answer.</summary>
    public static string Expect(int status, bool isOptional = false, string actions = "") => $"""  <recv response="{status}" rrs="true"{(isOptional ? " optional=\"true\"" : "")}>{actions}</recv>""" + "\n";

    /// <summary>Waits for a request.</summary>
    public static string ExpectRequest(string method) => $"""  <recv request="{method}" crlf="true" />""" + "\n";

    /// <summary>Places calls by sipp's own script, and tells how long each answer took.</summary>
    public static async Task<IReadOnlyList<TimeSpan>> TimeAnswersAsync(int port, int calls)
    {
        using var folder = new TemporaryFolder();
        (int code, string errors) = await RunAsync(["-sn", "uac", $"127.0.0.1:{port}", "-m", $"{calls}", "-r", $"{calls}", "-l", $"{calls}", "-d", "2000", "-trace_rtt", "-rtt_freq", "1"], folder);
        Assert.True(code == 0, errors);
        string file = Directory.EnumerateFiles(folder.Path, "*_rtt.csv").Single();
        return [.. (await File.ReadAllLinesAsync(file)).Skip(1).Select(static line => line.Split(';')).Where(static words => words.Length > 1)
            .Select(static words => TimeSpan.FromMilliseconds(double.Parse(words[1], CultureInfo.InvariantCulture)))];
    }

    private static async Task<(int Code, string Errors)> RunAsync(string[] arguments)
    {
        using var folder = new TemporaryFolder();
        return await RunAsync(arguments, folder);
    }

    private static async Task<(int Code, string Errors)> RunAsync(string[] arguments, TemporaryFolder folder)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder.Path };
        foreach (string argument in arguments.Concat(arguments.Contains("-p") ? [] : ["-p", $"{Baresip.FreePort()}"]).Concat(["-i", "127.0.0.1", "-nostdin", "-trace_err", "-error_file", folder["errors"], "-timeout", "25s", "-timeout_error"])) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await output;
        string said = await errors;
        return (process.ExitCode, said + (File.Exists(folder["errors"]) ? await File.ReadAllTextAsync(folder["errors"]) : ""));
    }
}
