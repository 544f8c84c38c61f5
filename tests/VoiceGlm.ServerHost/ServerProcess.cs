using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace VoiceGlm.ServerHost;

/// <summary>The service, or another web program of this repository, as a process of its own, on a free port, as it is started by a person. Disposing it kills it.</summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private const string Service = "VoiceGlm.Server";

    // bin/<project>/<configuration>: programs are where the build has put them.
    private static readonly string s_programs = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));
    private static readonly string s_configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(IReadOnlyDictionary<string, string> settings, string program)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(s_programs, program, s_configuration, program + ".dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (!settings.ContainsKey("Urls")) start.ArgumentList.Add("--Urls=http://127.0.0.1:0");
        foreach ((string name, string value) in settings) start.ArgumentList.Add($"--{name}={value}");
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"The service has ended.{Environment.NewLine}{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>What it has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts the service and waits until it listens; the model may still be loaded.</summary>
    /// <param name="settings">Settings, such as <c>VoiceGlm:Model:Path</c>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="program">The project, if it is not the service.</param>
    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken, string program = Service)
    {
        var server = new ServerProcess(settings, program);
        try
        {
            server.Address = await server._address.Task.WaitAsync(s_longest, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the service with settings that it cannot run with.</summary>
    /// <returns>Its exit code and what it wrote.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        await using var server = new ServerProcess(settings, Service);
        return (await server.WaitForExitAsync(cancellationToken), server.Output);
    }

    /// <summary>Waits until the service says that it is ready.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_longest);
        while (true)
        {
            using HttpResponseMessage response = await client.GetAsync("health/ready", timeout.Token);
            if (response.IsSuccessStatusCode) return;
            await Task.Delay(50, timeout.Token);
        }
    }

    /// <summary>Sends SIGTERM.</summary>
    public async Task TerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until the service has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(s_longest, cancellationToken);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _ = _address.Task.Exception; // Seen: nobody need wait for the address any more.
    }

    private void Note(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
        if (AddressLine().Match(line) is { Success: true } match) _address.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex(@"(?:Talk at|Now listening on:) (http\S+)")]
    private static partial Regex AddressLine();
}
