namespace VoiceGlm.Downloads.Tests;

/// <summary>What a hub does not give is told in a sentence that says what to do, and not asked for again.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private Downloading _downloading = null!;

    private LocalHub Hub => _downloading.Hub;

    private Uri Page => new(Hub.Endpoint, Downloading.Repository);

    public async ValueTask InitializeAsync() => _downloading = await Downloading.StartAsync();

    public ValueTask DisposeAsync() => _downloading.DisposeAsync();

    [Fact]
    public async Task Gated_repository_says_to_accept_its_conditions_and_give_a_token()
    {
        Hub.Misbehave = static request => request.File is not null ? new Misbehaviour.Answer(403, "", ("X-Error-Code", "GatedRepo")) : null;

        Assert.Equal(
            $"{Page}: expected a repository that anybody may read, found a gated one; accept its conditions on that page, then give a token of your account by HF_TOKEN or --token-file.",
            await _downloading.FailAsync());
        Assert.Equal(
            $"{Page}: expected a repository that this token may read, found a gated one; accept its conditions on that page with the token's own account.",
            await _downloading.FailAsync(token: "hf_x"));
    }

    [Theory]
    [InlineData(HubKind.HuggingFace, "HF_TOKEN")]
    [InlineData(HubKind.ModelScope, "MODELSCOPE_API_TOKEN")]
    public async Task Missing_repository_says_to_check_owner_and_hub(HubKind kind, string variable)
    {
        string sentence = await _downloading.FailAsync(kind, repository: "nobody/nothing");

        Assert.Contains("nobody/nothing: expected a repository, found none that anybody may read; check the owner (--owner) and the hub (--source, --endpoint)", sentence);
        Assert.Contains(variable, sentence);
        Assert.Single(Hub.Requests);
    }

    [Theory]
    [InlineData(HubKind.HuggingFace)]
    [InlineData(HubKind.ModelScope)]
    public async Task Repository_of_others_is_read_with_the_right_token_only(HubKind kind)
    {
        Hub.Token = "hf_right";

        Assert.Contains("found none that anybody may read", await _downloading.FailAsync(kind));
        Assert.Contains("found none that this token may read", await _downloading.FailAsync(kind, token: "hf_wrong"));
        await _downloading.FetchAsync(kind, token: "hf_right");
        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Token_that_the_hub_does_not_know_is_told()
    {
        Hub.Misbehave = static _ => new Misbehaviour.Answer(401, "", ("X-Error-Message", "Invalid credentials in Authorization header"));

        Assert.StartsWith($"{Hub.Endpoint}: expected a valid token, found one that the hub does not know", await _downloading.FailAsync(token: "hf_old"));
    }

    [Theory]
    [InlineData(HubKind.HuggingFace)]
    [InlineData(HubKind.ModelScope)]
    public async Task Missing_revision_is_told(HubKind kind) =>
        Assert.Contains("found no such revision; leave --revision out for the newest.", await _downloading.FailAsync(kind, revision: "v9"));

    [Fact]
    public async Task Forbidden_file_says_why()
    {
        Hub.Misbehave = static request => request.File is not null ? new Misbehaviour.Answer(403, "", ("X-Error-Message", "Your region is not served.")) : null;

        Assert.Contains("found that the hub forbids it (Your region is not served.)", await _downloading.FailAsync());
    }

    [Fact]
    public async Task Word_of_ModelScope_in_an_answer_of_200_is_told()
    {
        Hub.Misbehave = static _ => new Misbehaviour.Answer(200, """{"Code":10010205001,"Message":"Too much.","Success":false}""");

        Assert.Contains("found that the hub says 'Too much.' (10010205001)", await _downloading.FailAsync(HubKind.ModelScope));
    }

    [Fact]
    public async Task Commit_can_be_asked_for()
    {
        await _downloading.FetchAsync(revision: _downloading.Published.Commit);

        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Token_is_told_to_the_hub_and_to_no_other_host_or_port()
    {
        await _downloading.FetchAsync(token: "hf_secret");

        Assert.All(Hub.Requests, static request => Assert.Equal(request.AtStore ? null : "hf_secret", request.Token));
        Assert.Contains(Hub.Requests, static request => request.AtStore);
    }

    [Fact]
    public async Task Repository_that_was_renamed_is_followed_with_the_token()
    {
        Hub.Token = "hf_secret";
        Hub.Rename("THUDM/glm-4-voice-tokenizer", Downloading.Repository);

        await _downloading.FetchAsync(token: "hf_secret", repository: "THUDM/glm-4-voice-tokenizer");

        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Redirections_in_a_circle_end()
    {
        _downloading.MisbehaveOnWeights(static request => new Misbehaviour.Lead(request.Path));

        Assert.Contains("expected at most 10 redirections, found more", await _downloading.FailAsync());
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/x")]
    public async Task Redirection_to_what_is_no_web_address_is_refused(string location)
    {
        _downloading.MisbehaveOnWeights(_ => new Misbehaviour.Lead(location));

        Assert.Contains("expected to be led to an address as safe, found", await _downloading.FailAsync());
    }

    [Theory]
    [InlineData("https://a/", "https://b/", true)]
    [InlineData("http://a/", "https://b/", true)]
    [InlineData("http://a/", "http://b/", true)]
    [InlineData("https://a/", "http://a/", false)]
    [InlineData("https://a/", "file:///a", false)]
    public void Protected_connection_does_not_lead_to_an_open_one(string from, string to, bool allowed) =>
        Assert.Equal(allowed, HubConnection.IsAsSafe(new Uri(from), new Uri(to)));

    [Fact]
    public async Task Signature_of_a_stores_address_is_not_told()
    {
        _downloading.MisbehaveOnWeights(static _ => new Misbehaviour.Answer(404));

        string sentence = await _downloading.FailAsync();

        Assert.Contains("found 404 NotFound", sentence);
        Assert.DoesNotContain("secret", sentence);
    }
}
