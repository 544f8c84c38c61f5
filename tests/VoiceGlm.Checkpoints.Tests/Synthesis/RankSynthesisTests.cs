using VoiceGlm.Checkpoints.Synthesis;

namespace VoiceGlm.Checkpoints.Tests.Synthesis;

public class RankSynthesisTests
{
    [Fact]
    public void Every_token_is_reached_by_merging_the_lowest_rank_first()
    {
        IReadOnlyList<string> tokens = RankSynthesis.Make(3000, seed: 42, TestContext.Current.CancellationToken);
        Assert.Equal(3000, tokens.Distinct().Count());
        Dictionary<string, int> ranks = tokens.Index().ToDictionary(static item => item.Item, static item => item.Index);
        Assert.All(tokens, token => Assert.Equal([token], Encode(token, ranks)));
    }

    [Fact]
    public void Bytes_come_first_in_the_order_of_gpt2()
    {
        IReadOnlyList<string> tokens = RankSynthesis.Make(256, seed: 1, TestContext.Current.CancellationToken);
        Assert.Equal(256, tokens.Distinct().Count());
        Assert.Equal("!", tokens[0]);
        Assert.Equal("~", tokens[93]);
        Assert.Equal("\u00A1", tokens[94]);
        Assert.Equal("\0", tokens[188]);
        Assert.Equal("\u00AD", tokens[255]);
    }

    private static List<string> Encode(string text, Dictionary<string, int> ranks)
    {
        List<string> pieces = [.. text.Select(static character => $"{character}")];
        while (true)
        {
            (int Rank, int Index) best = pieces.Zip(pieces.Skip(1))
                .Select((pair, index) => (Rank: ranks.GetValueOrDefault(pair.First + pair.Second, int.MaxValue), Index: index))
                .DefaultIfEmpty((int.MaxValue, 0))
                .Min();
            if (best.Rank == int.MaxValue) return pieces;
            pieces[best.Index] += pieces[best.Index + 1];
            pieces.RemoveAt(best.Index + 1);
        }
    }
}
