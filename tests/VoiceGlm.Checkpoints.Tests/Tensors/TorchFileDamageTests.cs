using System.IO.Compression;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class TorchFileDamageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x10)]
    [InlineData(0xff)]
    public void Any_byte_flipped_outside_the_values_is_refused_or_harmless(byte flip)
    {
        string path = Repository.Fixture("pt_edge_cases", "edge.pt");
        byte[] bytes = File.ReadAllBytes(path);
        bool[] isValue = ValueBytes(path, bytes.Length);
        Dictionary<TensorInfo, float[]> original = Mutations.ReadAll(path);
        int refused = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= flip;
            if (Mutations.IsRefused(bytes, _folder["flipped.pt"], isValue[i] ? null : original, $"{flip:x2} at {i}")) refused++;
            bytes[i] ^= flip;
        }

        // The pickle alone is 1,249 bytes, each of which the check sum guards.
        Assert.InRange(refused, 1249, bytes.Length);
    }

    [Fact]
    public void File_cut_anywhere_is_refused()
    {
        byte[] bytes = File.ReadAllBytes(Repository.Fixture("pt_edge_cases", "edge.pt"));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.True(Mutations.IsRefused(bytes.AsSpan(0, length), _folder["cut.pt"], null, $"cut at {length}"), $"Not refused when cut at {length}.");
        }
    }

    [Fact]
    public void Random_damage_never_ends_otherwise_than_refused_or_read()
    {
        byte[] bytes = File.ReadAllBytes(Repository.Fixture("pt_edge_cases", "with_metadata.pt"));
        var random = new Random(20_240_611);
        for (int round = 0; round < 1_500; round++)
        {
            byte[] damaged = Damage.Of(bytes, random);
            Mutations.IsRefused(damaged, _folder["damaged.pt"], null, $"of round {round}");
        }
    }

    // The check sum of the whole pickle would stop nearly all damage before the unpickler: here it is asked alone.
    [Fact]
    public void Random_pickles_never_end_otherwise_than_refused_or_read()
    {
        byte[] bytes;
        using (ZipArchive zip = ZipFile.OpenRead(Repository.Fixture("pt_edge_cases", "with_metadata.pt")))
        using (Stream stream = zip.GetEntry("with_metadata/data.pkl")!.Open())
        {
            bytes = new byte[680];
            stream.ReadExactly(bytes);
        }

        var random = new Random(20_240_612);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            try
            {
                new StateDictUnpickler("random.pkl", Damage.Of(bytes, random)).Load();
            }
            catch (ModelLoadException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 10_000, 19_999);
    }

    public void Dispose() => _folder.Dispose();

    private static bool[] ValueBytes(string path, int length)
    {
        var isValue = new bool[length];
        using var file = new RandomAccessFile(path);
        var zip = new ZipDirectory(file);
        foreach (string name in zip.Names.Where(static name => name.Contains("/data/", StringComparison.Ordinal)))
        {
            (long position, long count) = zip.Locate(name);
            isValue.AsSpan((int)position, (int)count).Fill(true);
        }

        return isValue;
    }
}
