using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class TokenizerConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Published_file_is_read()
    {
        TokenizerConfig config = TokenizerConfig.Read(Repository.Fixture("lm", "model", "tokenizer_config.json"));
        Assert.Equal(406, config.AddedTokens["<|endoftext|>"]);
        Assert.Equal(413, config.AddedTokens["<|user|>"]);
        config.RequireIds(406, 406 + config.AddedTokens.Count);
    }

    [Theory]
    [InlineData("{}", "added_tokens_decoder")]
    [InlineData("""{"added_tokens_decoder":{"x":{"content":"a"}}}""", "x")]
    [InlineData("""{"added_tokens_decoder":{"-1":{"content":"a"}}}""", "-1")]
    [InlineData("""{"added_tokens_decoder":{"99999999999":{"content":"a"}}}""", "99999999999")]
    [InlineData("""{"added_tokens_decoder":{"1":{"content":"a"},"01":{"content":"b"}}}""", "01")]
    [InlineData("""{"added_tokens_decoder":{"1":{"content":"a"},"2":{"content":"a"}}}""", "2: content")]
    [InlineData("""{"added_tokens_decoder":{"1":{"content":""}}}""", "1: content")]
    [InlineData("""{"added_tokens_decoder":{"1":{}}}""", "1: content")]
    [InlineData("""{"added_tokens_decoder":{"1":"a"}}""", "a mapping")]
    public void Malformed_file_is_refused(string json, string named) =>
        Assert.Contains(named, Assert.Throws<ModelLoadException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(9)]
    [InlineData(20)]
    public void Token_with_the_id_of_a_rank_or_of_none_is_refused(int id)
    {
        TokenizerConfig config = Read($$$$"""{"added_tokens_decoder":{"{{{{id}}}}":{"content":"<|user|>"}}}""");
        Assert.Contains("<|user|>: expected an id from 10 to 19", Assert.Throws<ModelLoadException>(() => config.RequireIds(10, 20)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private TokenizerConfig Read(string json)
    {
        File.WriteAllText(_folder["tokenizer_config.json"], json);
        return TokenizerConfig.Read(_folder["tokenizer_config.json"]);
    }
}
