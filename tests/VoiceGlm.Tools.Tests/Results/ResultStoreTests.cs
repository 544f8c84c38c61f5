using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Testing;
using VoiceGlm.Tools.Results;

namespace VoiceGlm.Tools.Tests.Results;

public sealed class ResultStoreTests : IDisposable
{
    private static readonly byte[] s_png = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_kept_is_found_by_its_name_also_after_a_restart()
    {
        string name = await Store().KeepAsync("image/png", s_png, Token);
        Assert.EndsWith(".png", name, StringComparison.Ordinal);
        (string path, string type) = Store().Find(name)!.Value;
        Assert.Equal("image/png", type);
        Assert.Equal(s_png, await File.ReadAllBytesAsync(path, Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../results/0123456789abcdef0123456789abcdef.png")]
    [InlineData("0123456789abcdef0123456789abcdef.part")]
    [InlineData("0123456789abcdef0123456789abcdef.png.png")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF.png")]
    [InlineData("0123456789abcdef0123456789abcdef.png")]
    public void Name_that_is_none_is_not_found(string name) => Assert.Null(Store().Find(name));

    [Fact]
    public async Task What_is_not_written_whole_is_not_kept()
    {
        ResultStore store = Store();
        await Assert.ThrowsAsync<FetchException>(() => store.KeepAsync(
            async (file, token) =>
            {
                await file.WriteAsync(s_png, token);
                throw new FetchException("No.");
            }, Token));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Old_files_leave_when_something_new_comes()
    {
        string old = await Store().KeepAsync("image/png", s_png, Token);
        _time.Advance(TimeSpan.FromDays(8));
        await Store().KeepAsync("image/png", s_png, Token);
        Assert.Null(Store().Find(old));
    }

    private ResultStore Store() => new(Options.Create(new ToolOptions { Folder = _folder.Path }), _time);
}
