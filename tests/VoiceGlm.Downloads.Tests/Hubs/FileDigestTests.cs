using VoiceGlm.Testing;

namespace VoiceGlm.Downloads.Tests;

public sealed class FileDigestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Digest_of_a_small_file_is_what_git_hash_object_says() => Assert.Equal(
        FileDigest.GitBlob("ce013625030ba8dba906f756967f9e9ca394464a"), FileDigest.GitBlob(new string('0', 40))!.Of(Write("hello\n"), null, CancellationToken.None));

    [Fact]
    public void Digest_of_a_large_file_is_what_sha256sum_says() => Assert.Equal(
        FileDigest.Sha256("5891B5B522D5DF086D0FF0B110FBD9D21BB4FC7163AF34D08286A2E846F6BE03"), FileDigest.Sha256(new string('0', 64))!.Of(Write("hello\n"), null, CancellationToken.None));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be0")]
    [InlineData("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be0g")]
    public void Text_that_is_no_digest_is_none(string? text)
    {
        Assert.Null(FileDigest.Sha256(text));
        Assert.Null(FileDigest.GitBlob(text));
    }

    private string Write(string text)
    {
        File.WriteAllText(_folder["file"], text);
        return _folder["file"];
    }
}
