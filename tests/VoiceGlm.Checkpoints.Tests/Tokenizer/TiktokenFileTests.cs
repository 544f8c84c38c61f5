using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class TiktokenFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Published_file_is_read()
    {
        TiktokenFile file = TiktokenFile.Read(Repository.Fixture("lm", "model", "tokenizer.model"));
        Assert.Equal(406, file.Tokens.Count);
        Assert.Equal("!"u8.ToArray(), file.Tokens[0]);
    }

    [Fact]
    public void Line_ends_of_windows_and_a_missing_last_one_are_read()
    {
        string[] lines = Bytes();
        File.WriteAllText(_folder["tokenizer.model"], string.Join("\r\n", lines));
        Assert.Equal(256, TiktokenFile.Read(_folder["tokenizer.model"]).Tokens.Count);
    }

    [Theory]
    [InlineData("YWI", "line 257: expected a token in base64")]
    [InlineData("YW*j 256", "line 257: expected a token in base64")]
    [InlineData("YWJj", "line 257: expected a token in base64, a space and a rank")]
    [InlineData(" 256", "line 257: expected a token in base64, a space and a rank")]
    [InlineData("YWJj ", "line 257: expected a rank")]
    [InlineData("YWJj x", "line 257: expected a rank")]
    [InlineData("YWJj 256 1", "line 257: expected a rank")]
    [InlineData("YWJj -1", "line 257: expected a rank")]
    [InlineData("YWJj 2147483647", "line 257: expected a rank")]
    [InlineData("YWJj 99999999999", "line 257: expected a rank")]
    [InlineData("YWJj 255", "line 257: expected a rank that is not there yet, found 255 again")]
    [InlineData("YQ== 256", "line 257: expected a token that is not there yet, found that of line 98")]
    [InlineData("YWJj 257", "expected ranks from 0 to 257, found none of 256")]
    public void Malformed_line_is_named(string line, string named)
    {
        File.WriteAllLines(_folder["tokenizer.model"], [.. Bytes(), line, ""]);
        Assert.Contains(named, Assert.Throws<ModelLoadException>(() => TiktokenFile.Read(_folder["tokenizer.model"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Byte_without_a_token_is_named()
    {
        File.WriteAllLines(_folder["tokenizer.model"], Bytes()[..255]);
        Assert.Contains("0xff", Assert.Throws<ModelLoadException>(() => TiktokenFile.Read(_folder["tokenizer.model"])).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder["tokenizer.model"], "");
        Assert.Contains("0x00", Assert.Throws<ModelLoadException>(() => TiktokenFile.Read(_folder["tokenizer.model"])).Message, StringComparison.Ordinal);
        Assert.Throws<ModelLoadException>(() => TiktokenFile.Read(_folder["missing"]));
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Bytes() => [.. Enumerable.Range(0, 256).Select(static value => $"{Convert.ToBase64String([(byte)value])} {value}")];
}
