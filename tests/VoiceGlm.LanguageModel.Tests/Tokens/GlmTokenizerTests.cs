using System.Text.Json;
using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

public sealed class GlmTokenizerTests(GoldenModel golden)
{
    [Fact]
    public void Golden_strings_have_the_golden_ids_and_come_back()
    {
        GlmTokenizer tokenizer = golden.Model.Tokenizer;
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("lm", "stub_tokenizer_cases.json")));
        foreach (JsonElement one in cases.RootElement.EnumerateArray())
        {
            string text = one.GetProperty("text").GetString()!;
            TokenId[] ids = Ids(one.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(Ids(one.GetProperty("ids_ordinary")), tokenizer.EncodePlain(text));
            Assert.Equal(Ids(one.GetProperty("ids_with_prefix")), tokenizer.Encode("[gMASK]<sop>" + text));
            Assert.Equal(one.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
        }

        Assert.Equal(223, cases.RootElement.GetArrayLength());
    }

    [Fact]
    public void Strings_have_their_ids_with_the_ranks_of_a_tokenizer_of_real_size()
    {
        string folder = Repository.Fixture("cl100k-standin-tokenizer");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        int ranks = document.RootElement.GetProperty("n_ranks").GetInt32();
        string[] names = [.. document.RootElement.GetProperty("special_order").EnumerateArray().Select(static name => name.GetString()!)];
        Dictionary<string, int> specials = names[..^1].Index().ToDictionary(static name => name.Item, name => ranks + name.Index);
        var speech = new SpeechVocabulary(new TokenId(ranks + specials.Count), 16_384, []);
        GlmTokenizer tokenizer = GlmTokenizer.Load(Path.Combine(folder, "tokenizer.model"), new SpecialTokenTable(specials, speech));
        int count = 0;
        foreach (JsonElement one in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            string text = one.GetProperty("text").GetString()!;
            TokenId[] ids = Ids(one.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(Ids(one.GetProperty("ids_ordinary")), tokenizer.EncodePlain(text));
            Assert.Equal(text, tokenizer.Decode(ids));
            count++;
        }

        Assert.Equal(220, count);
    }

    [Theory]
    [InlineData("don'ſ 'S 'rE'", "don|'ſ| '|S| '|rE|'")]
    [InlineData("𠀀𠀁 x𠀂!", "𠀀𠀁| x𠀂|!")]
    [InlineData("12345 ①②③④", "123|45| |①②③|④")]
    [InlineData("a  b \n\n  c", "a| | b| \n\n| | c")]
    [InlineData("x \t", "x| \t")]
    [InlineData("!!\r\n\r\nend", "!!\r\n\r\n|end")]
    [InlineData("\u00a0\u3000é", "\u00a0|\u3000é")]
    [InlineData("👍🏽ok", "👍🏽|ok")]
    [InlineData("🏽ok", "🏽ok")]
    public void Text_is_split_as_the_published_expression_splits_it(string text, string pieces)
    {
        var splitter = new GlmPreTokenizer();

        Assert.Equal(pieces, string.Join('|', splitter.PreTokenize(text).Select(piece => text.Substring(piece.Offset, piece.Length))));
    }

    [Fact]
    public void Character_split_over_tokens_is_told_when_it_is_whole()
    {
        GlmTokenizer tokenizer = golden.Model.Tokenizer;
        var text = new StreamingText(tokenizer);
        TokenId[] ids = tokenizer.EncodePlain("é月𠀀!");

        string[] pieces = Array.ConvertAll(ids, text.Append);

        Assert.Equal("é月𠀀!", string.Concat(pieces));
        Assert.Contains("", pieces);
        Assert.DoesNotContain(pieces, static piece => piece.Contains('\ufffd', StringComparison.Ordinal));
    }

    [Fact]
    public void Special_token_that_the_model_lacks_is_named() =>
        Assert.Contains("'<|nobody|>'", Assert.Throws<ArgumentException>(() => golden.Model.Tokenizer.SpecialToken("<|nobody|>")).Message, StringComparison.Ordinal);

    [Fact]
    public void File_that_holds_no_ranks_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.model"], "no ranks\n");
        var specials = new SpecialTokenTable(new Dictionary<string, int>(), golden.Model.Vocabulary);

        Assert.Throws<ModelLoadException>(() => GlmTokenizer.Load(folder["tokenizer.model"], specials));
        Assert.Throws<ModelLoadException>(() => GlmTokenizer.Load(folder["missing.model"], specials));
    }

    private static TokenId[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(static id => new TokenId(id.GetInt32()))];
}
