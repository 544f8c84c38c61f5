using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

public sealed class DtlsRecordTests
{
    private static readonly byte[] s_record = [22, 254, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xAA, 0xBB];

    [Fact]
    public void Datagram_of_records_is_whole()
    {
        byte[] finished = [20, 254, 253, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1];
        Assert.True(DtlsRecord.AreWhole([.. s_record, .. finished]));
        Assert.True(DtlsRecord.MayBegin(s_record));
        Assert.False(DtlsRecord.MayBegin(finished));
        ReadOnlySpan<byte> rest = s_record;
        Assert.True(DtlsRecord.TryTake(ref rest, out DtlsRecord record));
        Assert.Equal(new DtlsRecord(22, 0, 2), record);
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("16FEFF00000000000000000002AA", "half a body")]
    [InlineData("16FEFF000000000000000000", "half a header")]
    [InlineData("16FEFF00000000000000000000", "a record of nothing")]
    [InlineData("13FEFF00000000000000000001AA", "a type that does not exist")]
    [InlineData("16030300000000000000000001AA", "TLS instead of DTLS")]
    [InlineData("16FEFF00000000000000000001AABB", "something behind the record")]
    public void Datagram_that_is_not_whole_records_is_refused(string hex, string what) =>
        Assert.False(DtlsRecord.AreWhole(Convert.FromHexString(hex)), $"Refuses {what}.");

    [Fact]
    public void Damaged_datagrams_are_read_within_their_bounds()
    {
        int whole = 0;
        new Mutator(7, [.. s_record, .. s_record, .. s_record], s_record).Run(
            input =>
            {
                if (DtlsRecord.AreWhole(input.Span)) whole++;
                DtlsRecord.MayBegin(input.Span);
            });
        Assert.InRange(whole, Mutator.Count / 100, Mutator.Count);
    }
}
