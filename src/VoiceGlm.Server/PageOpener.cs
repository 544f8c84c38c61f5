using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Server;

/// <summary>Tells the page's address when the service listens, and opens it where a person started the service.</summary>
internal sealed partial class PageOpener(IServer server, IHostApplicationLifetime lifetime, IOptions<PageOptions> options, ILogger<PageOpener> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Tell);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Tell()
    {
        string? address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        if (address is null) return;
        string page = address.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal);
        LogPage(logger, page);
        if (options.Value.Open && !Console.IsInputRedirected && !Console.IsOutputRedirected) OpenInBrowser(page);
    }

    private void OpenInBrowser(string page)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo(page) { UseShellExecute = true });
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception or PlatformNotSupportedException)
        {
            LogNotOpened(logger, exception.Message);
        }
    }

    [LoggerMessage(8020, LogLevel.Information, "Talk at {Page}", EventName = "PageReady")]
    private static partial void LogPage(ILogger logger, string page);

    [LoggerMessage(8021, LogLevel.Debug, "The browser could not be opened: {Reason}", EventName = "PageNotOpened")]
    private static partial void LogNotOpened(ILogger logger, string reason);
}
