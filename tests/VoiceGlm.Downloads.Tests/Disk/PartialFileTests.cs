using VoiceGlm.Testing;

namespace VoiceGlm.Downloads.Tests;

public sealed class PartialFileTests : IDisposable
{
    private static readonly HubFile s_file = new("x", 100, FileDigest.Sha256(new string('a', 64))!, new Uri("http://localhost/"));

    private readonly TemporaryFolder _folder = new();

    private string Partial => _folder["x.partial"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Bytes_that_were_written_but_not_recorded_do_not_count()
    {
        using (var partial = new PartialFile(Partial, s_file))
        {
            await partial.WriteAsync(0, new byte[50], TestContext.Current.CancellationToken);
            partial.Record(0, 20);
        }

        Assert.Equal(20, PartialFile.CountOf(Partial, s_file));
        using var again = new PartialFile(Partial, s_file);
        Assert.Equal([(20, 100)], again.Missing(100));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(99)]
    public void Journal_without_its_file_counts_for_nothing(int? length)
    {
        using (var partial = new PartialFile(Partial, s_file)) partial.Record(0, 20);
        if (length is { } bytes) File.WriteAllBytes(Partial, new byte[bytes]);
        else File.Delete(Partial);

        Assert.Equal(0, PartialFile.CountOf(Partial, s_file));
        using var again = new PartialFile(Partial, s_file);
        Assert.Equal(0, again.Count);
    }
}
