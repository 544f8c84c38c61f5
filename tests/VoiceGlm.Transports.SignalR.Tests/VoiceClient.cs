using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace VoiceGlm.Transports.SignalR.Tests;

/// <summary>A client that knows nothing of the server's types: it sends and receives arrays, as the protocol says. It plays nothing by itself.</summary>
internal sealed class VoiceClient : IAsyncDisposable
{
    private readonly HubConnection _connection;
    private readonly Channel<object?> _up = Channel.CreateUnbounded<object?>();
    private readonly Channel<object?[]> _down = Channel.CreateUnbounded<object?[]>();

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private VoiceClient(HubConnection connection)
    {
        _connection = connection;
        connection.Closed += _ =>
        {
            _closed.TrySetResult();
            return Task.CompletedTask;
        };
    }

    /// <summary>The first item of the call.</summary>
    public object?[] Opened { get; private set; } = [];

    public string Token => (string)Opened[1]!;

    public bool Resumed => (bool)Opened[2]!;

    public static async Task<VoiceClient> ConnectAsync(Uri hub, Dictionary<string, object?>? open = null, string? origin = null)
    {
        HubConnection connection = new HubConnectionBuilder()
            .WithUrl(hub, options =>
            {
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
                if (origin is not null) options.Headers["Origin"] = origin;
            })
            .AddMessagePackProtocol()
            .Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        var client = new VoiceClient(connection);
        var request = new Dictionary<string, object?> { ["protocol"] = 1 };
        foreach ((string key, object? value) in open ?? []) request[key] = value;
        ChannelReader<object?[]> down = await connection.StreamAsChannelAsync<object?[]>("Converse", request, client._up.Reader, TestContext.Current.CancellationToken);
        _ = client.PumpAsync(down);
        client.Opened = await client.ReadAsync();
        return client;
    }

    /// <summary>Sends an item up.</summary>
    public void Send(params object?[] item) => _up.Writer.TryWrite(item);

    /// <summary>Sends something that is not even an array.</summary>
    public void SendRaw(object? item) => _up.Writer.TryWrite(item);

    /// <summary>The next item from the server.</summary>
    /// <exception cref="ChannelClosedException">The call has ended.</exception>
    public async Task<object?[]> ReadAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(20));
        return await _down.Reader.ReadAsync(timeout.Token);
    }

    /// <summary>The next item of a kind; others are passed over.</summary>
    public async Task<object?[]> ReadAsync(string kind)
    {
        object?[] item = await ReadAsync();
        while ((string)item[0]! != kind) item = await ReadAsync();
        return item;
    }

    /// <summary>All items until the call ends.</summary>
    public async Task<List<object?[]>> ReadToEndAsync()
    {
        var items = new List<object?[]>();
        await foreach (object?[] item in _down.Reader.ReadAllAsync(TestContext.Current.CancellationToken)) items.Add(item);
        return items;
    }

    /// <summary>Waits until the server has closed the socket.</summary>
    public Task WaitForCloseAsync() => _closed.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    public static long Long(object? value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);

    /// <summary>Cuts the socket without a word.</summary>
    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private async Task PumpAsync(ChannelReader<object?[]> down)
    {
        Exception? error = null;
        try
        {
            await foreach (object?[] item in down.ReadAllAsync(CancellationToken.None))
            {
                _down.Writer.TryWrite(item);
                if ((string)item[0]! == "ended") Send("received", item[1]);
            }
        }
        catch (Exception exception)
        {
            error = exception;
        }

        _down.Writer.TryComplete(error);
    }
}
