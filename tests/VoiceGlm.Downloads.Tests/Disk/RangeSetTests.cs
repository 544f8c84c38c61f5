namespace VoiceGlm.Downloads.Tests;

public sealed class RangeSetTests
{
    [Fact]
    public void Ranges_in_any_order_come_to_what_a_bitmap_says()
    {
        const int Length = 200;
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var set = new RangeSet(Length);
            var bits = new bool[Length];
            for (int i = 0; i < 30; i++)
            {
                int start = random.Next(Length);
                int end = start + 1 + random.Next(Math.Min(20, Length - start));
                int added = bits[start..end].Count(static bit => !bit);
                bits.AsSpan(start..end).Fill(true);
                Assert.Equal(added, set.Add(start, end));
            }

            Assert.Equal(bits.Count(static bit => bit), set.Count);
            IReadOnlyList<(long Start, long End)> missing = set.Missing(7);
            Assert.All(missing, static piece => Assert.InRange(piece.End - piece.Start, 1, 7));
            Assert.Equal(
                Enumerable.Range(0, Length).Where(i => !bits[i]),
                missing.SelectMany(static piece => Enumerable.Range((int)piece.Start, (int)(piece.End - piece.Start))));
        }
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    [InlineData(5, 11)]
    public void Range_that_is_no_part_of_the_file_is_refused(long start, long end) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RangeSet(10).Add(start, end));
}
