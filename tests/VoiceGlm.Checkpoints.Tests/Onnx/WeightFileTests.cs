using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Onnx;

/// <summary>A data file whose writing was ended: what is whole is taken over, and the file becomes as if nothing had happened.</summary>
public sealed class WeightFileTests : IDisposable
{
    private const int Rows = 8;
    private const int Width = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly List<WrittenWeight> _noted = [];
    private readonly List<string> _read = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Path => _folder["data"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("first", new string[0], new[] { "first", "matrix", "last" })]
    [InlineData("matrix", new[] { "first" }, new[] { "matrix", "last" })]
    [InlineData("last", new[] { "first", "matrix.codes", "matrix.scales" }, new[] { "last" })]
    public void Writing_goes_on_after_what_is_whole(string failing, string[] whole, string[] readAgain)
    {
        Fail(failing);
        Assert.Equal(whole, _noted.Select(static weight => weight.Name));
        AssertGoesOn(readAgain);
    }

    [Theory]
    [InlineData(0, new[] { "first", "matrix", "last" })]
    [InlineData(4096, new[] { "matrix", "last" })] // codes
    [InlineData(8192, new[] { "matrix", "last" })] // their scales, which are known with the codes only
    public void What_was_damaged_since_is_written_anew_and_all_after_it(long position, string[] readAgain)
    {
        Fail("last");
        using (FileStream stream = File.OpenWrite(Path))
        {
            stream.Position = position;
            stream.WriteByte(0x55);
            stream.WriteByte(0xAA);
        }

        AssertGoesOn(readAgain);
    }

    [Fact]
    public void File_that_is_shorter_than_what_is_said_of_it_is_written_anew_from_there()
    {
        Fail("last");
        using (FileStream stream = File.OpenWrite(Path)) stream.SetLength(4096 + 10);
        AssertGoesOn("matrix", "last");
    }

    [Fact]
    public void What_is_said_of_other_weights_counts_for_nothing()
    {
        Fail("last");
        _noted[0] = _noted[0] with { Name = "another" };
        AssertGoesOn("first", "matrix", "last");
    }

    [Fact]
    public void Nothing_is_noted_of_a_file_that_becomes_whole()
    {
        new WeightFile(Weights()).Write(Path, [], _noted.AddRange, written: null, Token);
        Assert.Empty(_noted);
    }

    private void AssertGoesOn(params string[] readAgain)
    {
        _read.Clear();
        PackedWeight[] weights = Weights();
        long done = 0;
        new WeightFile(weights).Write(Path, _noted, _noted.AddRange, bytes => done += bytes, Token);
        Assert.Equal(readAgain, _read.Distinct());
        Assert.Equal(weights.Sum(static weight => weight.Bytes), done);

        PackedWeight[] others = Weights();
        new WeightFile(others).Write(_folder["uninterrupted"], [], note: null, written: null, Token);
        Assert.Equal(File.ReadAllBytes(_folder["uninterrupted"]), File.ReadAllBytes(Path));
        Assert.Equal(others.Select(static weight => weight.Error?.Relative), weights.Select(static weight => weight.Error?.Relative));
        Assert.True(others[1].Error!.Relative > 0);
    }

    private void Fail(string failing) =>
        Assert.Throws<InvalidDataException>(() => new WeightFile(Weights(failing)).Write(Path, [], _noted.AddRange, written: null, Token));

    private PackedWeight[] Weights(string? failing = null)
    {
        var matrix = new QuantizedMatrix(Weight("matrix"), new BlockQuantizer(4, 32));
        return [PackedWeight.From(Weight("first"), OnnxType.Float), matrix.Codes, matrix.Scales, PackedWeight.From(Weight("last"), OnnxType.Float16)];

        Weight Weight(string name) => new(name, [Rows, Width], (offset, destination) =>
        {
            _read.Add(name);
            for (int i = 0; i < destination.Length; i++) destination[i] = MathF.Sin((offset + i) * 1.7f) + name.Length;
            if (name == failing && offset + destination.Length == Rows * Width) throw new InvalidDataException("cut");
        });
    }
}
