namespace VoiceGlm.LanguageModel.Tests.Remote;

public sealed class RemoteModelOptionsTests(GoldenModel golden)
{
    [Theory]
    [InlineData("http://gpu1:8000", "http://gpu1:8000/")]
    [InlineData("http://gpu1:8000/v1", "http://gpu1:8000/")]
    [InlineData(" https://models.example/voice/v1/ ,http://[::1]:8000/,", "https://models.example/voice/ http://[::1]:8000/")]
    public void Addresses_are_read_with_and_without_what_follows_them(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', EndpointAddress.ParseList(text)));

    [Theory]
    [InlineData("", "Expected at least one address, such as http://localhost:8000, found none.")]
    [InlineData(" , ", "Expected at least one address, such as http://localhost:8000, found none.")]
    [InlineData("gpu1:8000", "Expected an address such as http://localhost:8000, found 'gpu1:8000'.")]
    [InlineData("/v1", "Expected an address such as http://localhost:8000, found '/v1'.")]
    [InlineData("http://a, ftp://b", "Expected an address such as http://localhost:8000, found 'ftp://b'.")]
    [InlineData("http://me:secret@a", "Expected an address without a user or password, found one for a; a key has an option of its own.")]
    [InlineData("http://a/?b=c", "Expected an address without '?' and '#', found 'http://a/?b=c'.")]
    [InlineData("http://a, http://a/v1", "Expected different addresses, found http://a/ 2 times.")]
    public void Addresses_that_are_none_are_refused_with_a_sentence(string text, string expected) =>
        Assert.Equal(expected, Assert.Throws<FormatException>(() => EndpointAddress.ParseList(text)).Message);

    [Fact]
    public void Options_out_of_range_are_refused_by_their_names()
    {
        RemoteModelOptions good = Servers.Options(new Uri("http://localhost:1/"));
        (string Name, RemoteModelOptions Options)[] wrong =
        [
            (nameof(good.Endpoints), good with { Endpoints = [] }),
            (nameof(good.ConnectTimeout), good with { ConnectTimeout = TimeSpan.Zero }),
            (nameof(good.FirstTokenTimeout), good with { FirstTokenTimeout = TimeSpan.FromSeconds(-1) }),
            (nameof(good.TokenTimeout), good with { TokenTimeout = TimeSpan.Zero }),
            (nameof(good.HealthInterval), good with { HealthInterval = TimeSpan.Zero }),
            (nameof(good.Retries), good with { Retries = -1 }),
            (nameof(good.PrimeTokens), good with { PrimeTokens = -1 }),
            (nameof(good.MaxNewTokens), good with { MaxNewTokens = 0 }),
            (nameof(good.ContextLength), good with { ContextLength = golden.Manifest.ContextLength + 1 }),
        ];
        foreach ((string name, RemoteModelOptions options) in wrong)
        {
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => RemoteVoiceModel.Load(golden.Folder, options, Servers.Meters)).ParamName);
        }
    }
}
