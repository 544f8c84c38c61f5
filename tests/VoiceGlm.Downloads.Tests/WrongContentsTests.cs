namespace VoiceGlm.Downloads.Tests;

/// <summary>Bytes that are not those that the hub promised are never kept.</summary>
public sealed class WrongContentsTests : IAsyncLifetime
{
    private const string OtherTag = "\"another\"";

    private Downloading _downloading = null!;

    private LocalHub Hub => _downloading.Hub;

    public async ValueTask InitializeAsync() => _downloading = await Downloading.StartAsync();

    public ValueTask DisposeAsync() => _downloading.DisposeAsync();

    [Fact]
    public async Task Damage_on_the_way_is_found_and_the_file_fetched_again()
    {
        _downloading.MisbehaveOnWeights(static request => request.Number == 5 ? new Misbehaviour.Damage() : null);

        long fetched = await _downloading.FetchAsync();

        _downloading.AssertWhole();
        Assert.Equal(_downloading.PublishedBytes + Downloading.WeightBytes, fetched);
    }

    [Fact]
    public async Task Wrong_SHA_256_each_time_is_told_and_nothing_is_kept()
    {
        string promised = LocalRepository.Sha256(_downloading.Published.Files[Downloading.Weights]);
        _downloading.MisbehaveOnWeights(static request => request.Start is 0 ? new Misbehaviour.Damage() : null);

        string sentence = await _downloading.FailAsync();

        Assert.StartsWith($"model.safetensors of zai-org/glm-4-voice-tokenizer: expected SHA-256 {promised}, found SHA-256 ", sentence);
        Assert.EndsWith(", 3 times; nothing of it is kept.", sentence);
        _downloading.AssertNothingOf(Downloading.Weights);
    }

    [Theory]
    [InlineData(HubKind.HuggingFace, "Git blob SHA-1")]
    [InlineData(HubKind.ModelScope, "SHA-256")]
    public async Task Wrong_digest_of_a_small_file_is_told(HubKind kind, string digest)
    {
        Hub.Misbehave = static request => request.File == "config.json" ? new Misbehaviour.Damage() : null;

        Assert.StartsWith($"config.json of zai-org/glm-4-voice-tokenizer: expected {digest} ", await _downloading.FailAsync(kind));
        _downloading.AssertNothingOf("config.json");
    }

    [Fact]
    public async Task File_that_changes_between_ranges_begins_anew()
    {
        // All until the ninth range are of the former file.
        _downloading.MisbehaveOnWeights(static request => request.Number < 8 ? new Misbehaviour.Tag(OtherTag) : null);

        await _downloading.FetchAsync();

        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Weak_tag_that_changes_is_no_other_file()
    {
        _downloading.MisbehaveOnWeights(static request => new Misbehaviour.Tag($"W/\"{request.Number}\""));

        Assert.Equal(_downloading.PublishedBytes, await _downloading.FetchAsync());
        _downloading.AssertWhole();
    }

    [Fact]
    public async Task File_that_keeps_changing_is_told()
    {
        _downloading.MisbehaveOnWeights(static request => new Misbehaviour.Tag($"\"{request.Number}\""));

        Assert.Contains("expected the same file in every answer, found that it changes while it is fetched, 3 times", await _downloading.FailAsync());
        _downloading.AssertNothingOf(Downloading.Weights);
    }

    [Fact]
    public async Task File_that_changed_while_the_download_was_away_begins_anew()
    {
        _downloading.MisbehaveOnWeights(static request => request.Number < 8 ? new Misbehaviour.Tag(OtherTag) : new Misbehaviour.Answer(404));
        await _downloading.FailAsync();
        Hub.Misbehave = static _ => null;
        Hub.Forget();

        await _downloading.FetchAsync();

        _downloading.AssertWhole();
        Assert.Contains(Hub.Fetches, static request => request.Start == 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task File_of_another_length_than_was_listed_is_told(int moreBytes)
    {
        _downloading.MisbehaveOnWeights(_ => new Misbehaviour.OtherTotal(moreBytes));

        Assert.Contains($"expected {Downloading.WeightBytes} bytes, found a file of {Downloading.WeightBytes + moreBytes}", await _downloading.FailAsync());
    }

    [Fact]
    public async Task Small_file_of_another_length_than_was_listed_is_told()
    {
        Hub.Misbehave = static request => request.File == "config.json" ? new Misbehaviour.Answer(200, "{ }", ("Content-Length", "3")) : null;

        Assert.Contains("config.json of zai-org/glm-4-voice-tokenizer: expected 2 bytes, found a file of 3", await _downloading.FailAsync());
    }

    [Fact]
    public async Task Other_digest_in_the_hubs_redirection_is_told()
    {
        string other = new('0', 64);
        Hub.Misbehave = request => request is { AtStore: false, File: Downloading.Weights } ? new Misbehaviour.OtherLinked(other) : null;

        Assert.Contains($"found a file of {other}", await _downloading.FailAsync());
    }

    [Fact]
    public async Task File_that_is_shorter_than_a_range_begins_is_told()
    {
        _downloading.MisbehaveOnWeights(static _ => new Misbehaviour.Answer(416));

        Assert.Contains("expected a longer file, found 416 RequestedRangeNotSatisfiable, 3 times", await _downloading.FailAsync());
    }

    [Theory]
    [InlineData("<html>Sign in to this network</html>", "text/html")]
    [InlineData("""{"id":"x"}""", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("", "application/json")]
    public async Task Listing_that_is_none_is_told(string body, string type)
    {
        Hub.Misbehave = request => request.File is null ? new Misbehaviour.Answer(200, body, ("Content-Type", type)) : null;

        Assert.Contains($"expected a hub's listing in JSON, found {type} that is not one", await _downloading.FailAsync());
    }

    [Fact]
    public async Task Listing_without_end_is_told()
    {
        Hub.Misbehave = static request => request.File is null ? new Misbehaviour.Answer(200, new string(' ', 17 << 20)) : null;

        Assert.Contains("expected a listing of at most", await _downloading.FailAsync());
    }

    [Theory]
    [InlineData("""{"type":"file","oid":"00","size":2,"path":"config.json"}""", "no digest")]
    [InlineData("""{"type":"file","oid":"0000000000000000000000000000000000000000","size":-2,"path":"config.json"}""", "a length of -2")]
    [InlineData("""{"type":"file","oid":"0000000000000000000000000000000000000000","size":2,"path":"config.json","lfs":{"oid":"zz","size":2}}""", "no digest")]
    public async Task Listing_of_a_file_that_cannot_be_is_told(string entry, string found)
    {
        Hub.Misbehave = request => request.Path.Contains("/tree/", StringComparison.Ordinal) ? new Misbehaviour.Answer(200, $"[{entry}]") : null;

        Assert.EndsWith($"config.json: expected a length and a digest in the hub's listing, found {found}.", await _downloading.FailAsync());
    }

    [Theory]
    [InlineData(HubKind.HuggingFace, """[{"type":"file","oid":"","size":9,"path":".gitattributes"},{"type":"file","oid":"9e26dfeeb6e641a33dae4961196235bdb965b21b","size":2,"path":"config.json"},{"type":"file","oid":"9e26dfeeb6e641a33dae4961196235bdb965b21b","size":2,"path":"config.json"}]""")]
    [InlineData(HubKind.ModelScope, """{"Code":200,"Data":{"Files":[{"Path":".gitattributes","Type":"blob"},{"Path":"config.json","Type":"blob","Size":2,"Sha256":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}]}}""")]
    public async Task File_that_is_not_read_may_be_anything_and_one_that_is_comes_once(HubKind kind, string listing)
    {
        Hub.Misbehave = request => request.Path.Contains("/tree/", StringComparison.Ordinal) || request.Path.Contains("/files?", StringComparison.Ordinal) ? new Misbehaviour.Answer(200, listing) : null;

        Assert.Equal(2, await _downloading.FetchAsync(kind));
        Assert.Equal("{}", File.ReadAllText(_downloading.PathOf("config.json")));
    }

    [Fact]
    public async Task File_whose_name_leads_out_of_its_folder_is_not_fetched()
    {
        _downloading.Published.Files.Add("../../README.md", [1]);
        _downloading.Published.Files.Add("model.safetensors.index.json", [2]);
        _downloading.Published.Files.Remove(Downloading.Weights);
        _downloading.Published.Files.Add("model-../../../x.safetensors", [3]);

        await _downloading.FetchAsync();

        Assert.Equal(["README.md", "config.json", "model.safetensors.index.json"], Directory.EnumerateFiles(_downloading.PathOf("")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
