using System.Collections.Concurrent;
using VoiceGlm.Checkpoints;
using VoiceGlm.Testing;

namespace VoiceGlm.Downloads.Tests;

/// <summary>What may go better another time is tried again, from where it ended.</summary>
public sealed class BadConnectionTests : IAsyncLifetime
{
    private Downloading _downloading = null!;

    private LocalHub Hub => _downloading.Hub;

    public async ValueTask InitializeAsync() => _downloading = await Downloading.StartAsync();

    public ValueTask DisposeAsync() => _downloading.DisposeAsync();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(10_000, 1)]
    [InlineData(65_000, 2)]
    public async Task Cut_connection_is_gone_on_with_at_the_byte_where_it_was_cut(int afterBytes, int remainder)
    {
        _downloading.MisbehaveOnWeights(request => request.Number % 3 == remainder ? new Misbehaviour.Cut(afterBytes) : null);

        long fetched = await _downloading.FetchAsync();

        _downloading.AssertWhole();
        // What was cut and had come does not come again.
        Assert.Equal(_downloading.PublishedBytes, fetched);
        Assert.Contains(Hub.Fetches, static request => request.Start % (1 << 16) != 0);
    }

    [Fact]
    public async Task Connection_that_is_cut_after_a_few_bytes_each_time_still_comes_to_an_end()
    {
        _downloading.MisbehaveOnWeights(static _ => new Misbehaviour.Cut(20_000));

        await _downloading.FetchAsync();

        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Connection_that_is_cut_before_a_byte_comes_is_given_up()
    {
        _downloading.MisbehaveOnWeights(static _ => new Misbehaviour.Cut(0));

        string sentence = await _downloading.FailAsync();

        Assert.Contains("4 times in a row, while fetching model.safetensors of zai-org/glm-4-voice-tokenizer.", sentence);
        Assert.Contains("cut connection", sentence);
    }

    [Fact]
    public async Task Silent_connection_counts_as_cut()
    {
        _downloading.MisbehaveOnWeights(static request => request.Number == 0 ? new Misbehaviour.Hang(5_000) : null);

        await _downloading.FetchAsync(options: Downloading.Options with { SilenceLimit = TimeSpan.FromSeconds(1) });

        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Longer_length_than_what_comes_is_a_cut()
    {
        _downloading.MisbehaveOnWeights(static request => request.Number < 2 ? new Misbehaviour.Lie(100) : null);

        await _downloading.FetchAsync();

        _downloading.AssertWhole();
    }

    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    public async Task Length_that_is_not_the_ranges_each_time_is_told(int moreBytes)
    {
        _downloading.MisbehaveOnWeights(_ => new Misbehaviour.Lie(moreBytes));

        Assert.Contains($"found an answer of {65_536 + moreBytes} bytes that calls itself 'bytes", await _downloading.FailAsync());
    }

    [Fact]
    public async Task Other_range_than_the_one_asked_for_is_not_taken()
    {
        _downloading.MisbehaveOnWeights(static request => request.Number is 1 or 2 ? new Misbehaviour.OtherRange(1) : null);

        await _downloading.FetchAsync();

        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Server_without_ranges_gives_a_file_in_one_piece()
    {
        _downloading.MisbehaveOnWeights(static _ => new Misbehaviour.Whole());

        Assert.Equal(_downloading.PublishedBytes, await _downloading.FetchAsync());

        _downloading.AssertWhole();
        Assert.Contains(Hub.Fetches, static request => request is { AtStore: true, Start: null });
    }

    [Fact]
    public async Task Server_without_ranges_that_is_cut_is_read_past_what_is_there()
    {
        int cuts = 0;
        _downloading.MisbehaveOnWeights(request => request.Start is null && cuts++ < 2 ? new Misbehaviour.Cut(300_000) : new Misbehaviour.Whole());

        Assert.Equal(_downloading.PublishedBytes, await _downloading.FetchAsync());

        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Server_that_no_longer_gives_ranges_is_read_from_the_first_gap_on()
    {
        _downloading.MisbehaveOnWeights(static request => request.Start == 5 << 16 ? new Misbehaviour.Answer(404) : null);
        await _downloading.FailAsync();
        _downloading.MisbehaveOnWeights(static _ => new Misbehaviour.Whole());
        var told = new ConcurrentQueue<ConversionProgress>();

        long fetched = await _downloading.FetchAsync(progress: new Told<ConversionProgress>(told.Enqueue));

        _downloading.AssertWhole();
        Assert.InRange(fetched, Downloading.WeightBytes - (5 << 16), _downloading.PublishedBytes);
        Assert.Equal(fetched, told.Where(static value => value.Step.StartsWith("fetching", StringComparison.Ordinal)).Max(static value => value.BytesTotal));
    }

    [Fact]
    public async Task Requested_wait_is_kept()
    {
        _downloading.MisbehaveOnWeights(static request => request.Number switch
        {
            0 => new Misbehaviour.Answer(429, "", ("Retry-After", "77")),
            1 => new Misbehaviour.Answer(429, "", ("RateLimit", "\"resolvers\";r=0;t=123")),
            2 => new Misbehaviour.Answer(503, "", ("Retry-After", DateTimeOffset.UtcNow.AddSeconds(300).ToString("R"))),
            _ => null,
        });

        await _downloading.FetchAsync();

        _downloading.AssertWhole();
        double[] waits = [.. _downloading.Time.Waits.Select(static wait => wait.TotalSeconds).Where(static seconds => seconds > 10).Order()];
        Assert.Equal(3, waits.Length);
        Assert.Equal([77, 123], waits[..2]);
        Assert.InRange(waits[2], 200, 300);
    }

    [Fact]
    public async Task Request_to_wait_for_hours_is_told_instead()
    {
        _downloading.MisbehaveOnWeights(static _ => new Misbehaviour.Answer(429, "", ("Retry-After", "7200")));

        Assert.Contains("found 429 TooManyRequests and the request to wait for 120 minutes", await _downloading.FailAsync());
    }

    [Fact]
    public async Task Waits_double_until_the_server_is_given_up()
    {
        Hub.Misbehave = static _ => new Misbehaviour.Answer(500);

        string sentence = await _downloading.FailAsync();

        Assert.Contains("expected an answer, found 500 InternalServerError, 4 times in a row, while fetching the listing of zai-org/glm-4-voice-tokenizer.", sentence);
        Assert.Equal(4, Hub.Requests.Count);
        double[] waits = [.. _downloading.Time.Waits.Select(static wait => wait.TotalSeconds)];
        Assert.Equal(3, waits.Length);
        for (int i = 0; i < waits.Length; i++) Assert.InRange(waits[i], 0.5 * (1 << i), 1.5 * (1 << i));
    }

    [Fact]
    public async Task Address_of_a_store_that_has_expired_is_asked_for_again()
    {
        _downloading.MisbehaveOnWeights(static request => request.Number == 2 ? new Misbehaviour.Answer(403) : null);

        await _downloading.FetchAsync();

        _downloading.AssertWhole();
        Assert.Equal(17, Hub.Requests.Count(static request => request is { AtStore: false, File: Downloading.Weights }));
    }

    [Fact]
    public async Task Hub_that_is_not_there_is_told()
    {
        Uri gone = Hub.Endpoint;
        await Hub.DisposeAsync();
        using var download = new CheckpointDownload(new HubAddress(HubKind.HuggingFace, gone, null), Downloading.Options, _downloading.Time);

        DownloadException failure = await Assert.ThrowsAsync<DownloadException>(() => download.FindAsync(Downloading.Repository, null, TestContext.Current.CancellationToken));

        Assert.StartsWith($"{gone}api/models/{Downloading.Repository}/revision/main: expected an answer, found none (", failure.Message);
    }
}
