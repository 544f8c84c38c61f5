using System.Net;
using GlmApiEmulator;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Tools.Results;

namespace VoiceGlm.Tools.Tests.Results;

public sealed class SafeFetcherTests : IAsyncLifetime
{
    private readonly MemoryStream _file = new();
    private readonly List<string> _resolved = [];
    private IPAddress[] _addresses = [IPAddress.Loopback];
    private GlmEmulator _emulator = null!;
    private SafeFetcher _fetcher = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _emulator = await GlmEmulator.StartAsync();
        _fetcher = new SafeFetcher(
            (host, _) =>
            {
                _resolved.Add(host);
                return Task.FromResult(_addresses);
            },
            new FakeTimeProvider(), NullLogger<SafeFetcher>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _fetcher.Dispose();
        await _emulator.DisposeAsync();
    }

    [Fact]
    public async Task File_of_the_server_that_was_configured_is_fetched_from_wherever_it_is()
    {
        Assert.Equal("image/png", await FetchAsync(new Uri(_emulator.Address, "files/picture.png?size=64x64"), _emulator.Address));
        Assert.Equal("image/png", MediaTypes.Sniff(_file.ToArray()));
    }

    [Fact]
    public async Task Other_servers_of_the_same_machine_are_not_trusted_for_it()
    {
        await using GlmEmulator other = await GlmEmulator.StartAsync();
        await RefusesAsync(new Uri(other.Address, "files/picture.png"), "Expected an https address, found http.", _emulator.Address);
    }

    [Theory]
    [InlineData("https://127.0.0.1:{0}/")]
    [InlineData("https://[::1]:{0}/")]
    [InlineData("https://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://0/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://[fd00::1]/")]
    public async Task Address_that_is_not_of_the_open_internet_is_refused(string address) =>
        await RefusesAsync(new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, _emulator.Address.Port)), "Expected a host of the open internet");

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:192.168.0.1")]
    [InlineData("8.8.8.8,10.0.0.1")]
    [InlineData("")]
    public async Task Name_is_refused_where_any_of_its_addresses_is_not_of_the_open_internet(string addresses)
    {
        _addresses = [.. addresses.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];
        await RefusesAsync(new Uri("https://files.example/picture.png"), "Expected a host of the open internet, found files.example.");
        Assert.Equal(["files.example"], _resolved);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/", "Expected an https address, found http.")]
    [InlineData("https://169.254.169.254/latest/meta-data/", "Expected a host of the open internet")]
    [InlineData("https://localhost/", "Expected a host of the open internet, found localhost.")]
    [InlineData("file:///etc/passwd", "Expected an https address, found file.")]
    [InlineData("/files/picture.png", "Expected an https address, found http.")]
    public async Task Redirect_is_not_trusted_as_the_server_that_sent_it(string to, string reason) =>
        await RefusesAsync(new Uri(_emulator.Address, "files/redirect.png?to=" + Uri.EscapeDataString(to)), reason, _emulator.Address);

    [Theory]
    [InlineData("ftp://example.com/picture.png", "Expected an https address, found ftp.")]
    [InlineData("http://example.com/picture.png", "Expected an https address, found http.")]
    [InlineData("https://user:word@example.com/picture.png", "without a user's name")]
    public async Task Address_of_another_form_is_refused_before_anything_is_asked(string address, string reason)
    {
        await RefusesAsync(new Uri(address), reason);
        Assert.Empty(_resolved);
    }

    [Theory]
    [InlineData("files/huge.png", "Expected at most 100000 bytes, found more.")]
    [InlineData("files/page.png", "Expected image/png or image/jpeg or image/webp, found text/html.")]
    [InlineData("files/video.mp4", "Expected image/png or image/jpeg or image/webp, found video/mp4.")]
    [InlineData("files/missing.png", "found status 404.")]
    public async Task File_that_one_would_not_want_is_refused(string path, string reason) => await RefusesAsync(new Uri(_emulator.Address, path), reason, _emulator.Address);

    [Fact]
    public async Task Size_that_is_told_before_is_enough_to_refuse()
    {
        FetchException refused = await Assert.ThrowsAsync<FetchException>(() =>
            _fetcher.FetchAsync(new Uri(_emulator.Address, "files/video.mp4"), MediaTypes.Videos, 1000, _emulator.Address, _file, Token));
        Assert.StartsWith("Expected at most 1000 bytes, found 3", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, _file.Length);
    }

    private Task<string> FetchAsync(Uri address, Uri? trusted = null) => _fetcher.FetchAsync(address, MediaTypes.Pictures, 100_000, trusted, _file, Token);

    private async Task RefusesAsync(Uri address, string reason, Uri? trusted = null)
    {
        FetchException refused = await Assert.ThrowsAsync<FetchException>(() => FetchAsync(address, trusted));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Empty(_emulator.Requests);
    }
}
