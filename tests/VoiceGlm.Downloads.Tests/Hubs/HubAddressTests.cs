using VoiceGlm.Testing;

namespace VoiceGlm.Downloads.Tests;

public sealed class HubAddressTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_said_is_the_public_hub_and_nobody()
    {
        Assert.Equal(new HubAddress(HubKind.HuggingFace, new Uri("https://huggingface.co/"), null), From(HubKind.HuggingFace));
        Assert.Equal(new HubAddress(HubKind.ModelScope, new Uri("https://www.modelscope.cn/"), null), From(HubKind.ModelScope));
    }

    [Fact]
    public void Mirror_and_token_are_read_from_the_variables_of_the_hubs_own_tools()
    {
        Assert.Equal(
            new HubAddress(HubKind.HuggingFace, new Uri("https://mirror.example/hf/"), "hf_a"),
            From(HubKind.HuggingFace, ("HF_ENDPOINT", "https://mirror.example/hf"), ("HF_TOKEN", " hf_a\n"), ("HF_TOKEN_PATH", Write("hf_b"))));
        Assert.Equal(
            new HubAddress(HubKind.ModelScope, new Uri("https://www.modelscope.ai/"), "ms-a"),
            From(HubKind.ModelScope, ("MODELSCOPE_DOMAIN", "www.modelscope.ai"), ("MODELSCOPE_API_TOKEN", "ms-a"), ("HF_TOKEN", "hf_a")));
    }

    [Fact]
    public void Token_that_a_login_keeps_is_found()
    {
        string path = Write("hf_kept\n");

        Assert.Equal("hf_kept", From(HubKind.HuggingFace, ("HF_TOKEN_PATH", path)).Token);
        Assert.Equal("hf_kept", From(HubKind.HuggingFace, ("HF_HOME", _folder.Path)).Token);
        Directory.CreateDirectory(_folder["huggingface"]);
        File.Move(path, Path.Combine(_folder["huggingface"], "token"));
        Assert.Equal("hf_kept", From(HubKind.HuggingFace, ("XDG_CACHE_HOME", _folder.Path)).Token);
    }

    [Theory]
    [InlineData("huggingface.co")]
    [InlineData("ftp://huggingface.co")]
    [InlineData("https://name:word@huggingface.co")]
    [InlineData("https://huggingface.co?x=y")]
    [InlineData("")]
    public void Address_that_is_none_is_told(string address) =>
        Assert.Equal(
            $"--endpoint: expected an address such as https://huggingface.co, found '{address}'.",
            Assert.Throws<DownloadException>(() => HubAddress.ParseEndpoint(address, "--endpoint")).Message);

    [Theory]
    [InlineData("", "expected a token, found nothing.")]
    [InlineData("hf_a\nhf_b", "found other characters in it.")]
    [InlineData("hf_ä", "found other characters in it.")]
    public void File_that_holds_no_token_is_told(string text, string sentence) =>
        Assert.EndsWith(sentence, Assert.Throws<DownloadException>(() => HubAddress.ReadToken(Write(text))).Message);

    [Fact]
    public void File_that_is_not_there_is_told() =>
        Assert.Contains("expected a file with a token", Assert.Throws<DownloadException>(() => HubAddress.ReadToken(_folder["nowhere"])).Message);

    private HubAddress From(HubKind kind, params (string Name, string Value)[] variables)
    {
        // The home of whoever runs the tests may have a token.
        var all = new Dictionary<string, string> { ["HF_TOKEN_PATH"] = "", ["HF_HOME"] = "", ["XDG_CACHE_HOME"] = _folder["empty"] };
        foreach ((string name, string value) in variables) all[name] = value;
        return HubAddress.FromEnvironment(kind, all.GetValueOrDefault);
    }

    private string Write(string text)
    {
        string path = _folder["token"];
        File.WriteAllText(path, text);
        return path;
    }
}
