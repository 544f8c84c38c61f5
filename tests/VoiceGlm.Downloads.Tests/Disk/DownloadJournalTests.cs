using VoiceGlm.Testing;

namespace VoiceGlm.Downloads.Tests;

public sealed class DownloadJournalTests : IDisposable
{
    private static readonly HubFile s_file = new("x", 100, FileDigest.Sha256(new string('a', 64))!, new Uri("http://localhost/"));

    private readonly TemporaryFolder _folder = new();

    private string Journal => _folder["x.journal"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Journal_remembers_ranges_and_tag()
    {
        Write();

        using var journal = new DownloadJournal(Journal, s_file);

        Assert.Equal("W/\"one two\"", journal.Tag);
        Assert.Equal([(10, 20), (40, 100)], journal.Ranges.Missing(100));
        Assert.Equal(30, DownloadJournal.CountOf(Journal + ".copy", s_file));
    }

    [Fact]
    public void Journal_that_was_cut_anywhere_says_nothing_that_it_did_not_say_before()
    {
        Write();
        byte[] whole = File.ReadAllBytes(Journal);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(Journal, whole[..length]);
            using (var journal = new DownloadJournal(Journal, s_file))
            {
                Assert.Contains(journal.Ranges.Count, (long[])[0, 20, 30]);
                // It goes on after the last whole line.
                journal.Add(50, 60);
            }

            using var again = new DownloadJournal(Journal, s_file);
            Assert.DoesNotContain(55, again.Ranges.Missing(1).Select(static piece => piece.Start));
        }
    }

    [Theory]
    [InlineData(101, 'a')]
    [InlineData(100, 'b')]
    public void Journal_of_another_file_begins_anew(long bytes, char digit)
    {
        Write();

        using var journal = new DownloadJournal(Journal, s_file with { Bytes = bytes, Digest = FileDigest.Sha256(new string(digit, 64))! });

        Assert.Equal(0, journal.Ranges.Count);
        Assert.Null(journal.Tag);
    }

    [Theory]
    [InlineData("5 101")]
    [InlineData("-1 5")]
    [InlineData("7 7")]
    [InlineData("7")]
    [InlineData("7 8 9")]
    [InlineData("seven eight")]
    [InlineData("99999999999999999999 99999999999999999999")]
    public void Line_that_makes_no_sense_ends_a_journal(string line)
    {
        Write();
        File.AppendAllText(Journal, $"{line}\n60 70\n");

        using var journal = new DownloadJournal(Journal, s_file);

        Assert.Equal(30, journal.Ranges.Count);
    }

    private void Write()
    {
        using (var journal = new DownloadJournal(Journal, s_file))
        {
            journal.Add(20, 40);
            journal.SetTag("W/\"one two\"");
            journal.Add(0, 10);
        }

        File.Copy(Journal, Journal + ".copy");
    }
}
