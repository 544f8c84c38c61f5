using System.IO.Compression;
using System.Runtime.InteropServices;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class TorchFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("pt_edge_cases/edge.pt", "pt_edge_cases/edge_expected.safetensors", "")]
    [InlineData("pt_edge_cases/with_metadata.pt", "pt_edge_cases/with_metadata_expected.safetensors", "")]
    [InlineData("pt_edge_cases/nested_dict.pt", "pt_edge_cases/with_metadata_expected.safetensors", "state_dict.")]
    [InlineData("flow/model/flow.pt", "flow/model/flow.safetensors", "")]
    [InlineData("flow/model/hift.pt", "flow/model/hift.safetensors", "")]
    public void File_holds_the_tensors_that_torch_saved(string path, string expectedPath, string prefix)
    {
        using var actual = new TorchFile(Repository.Fixture(path));
        using var expected = new SafetensorsFile(Repository.Fixture(expectedPath));
        Assert.Equal(expected.Tensors.Keys.Select(name => prefix + name).Order(), actual.Tensors.Keys.Order());
        foreach ((string name, TensorInfo info) in expected.Tensors)
        {
            TensorInfo found = actual.Require(prefix + name, [.. info.Shape]);
            Assert.Equal(info.ElementType, found.ElementType);
            Assert.Equal(expected.ReadAll(name), actual.ReadAll(prefix + name));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Tensor_read_in_pieces_equals_the_tensor_read_whole(int length)
    {
        using var file = new TorchFile(Repository.Fixture("pt_edge_cases", "edge.pt"));
        foreach (TensorInfo info in file.Tensors.Values)
        {
            float[] whole = file.ReadAll(info.Name);
            var pieces = new float[whole.Length];
            for (int start = 0; start < pieces.Length; start += length) file.Read(info.Name, start, pieces.AsSpan(start, Math.Min(length, pieces.Length - start)));
            Assert.Equal(whole, pieces);
        }
    }

    [Fact]
    public void Read_past_the_end_is_the_callers_mistake()
    {
        using var file = new TorchFile(Repository.Fixture("pt_edge_cases", "edge.pt"));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read("param", 4, new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read("param", -1, new float[1]));
        Assert.Contains("no such tensor", Assert.Throws<ModelLoadException>(() => file.Read("missing", 0, new float[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Handwritten_file_is_read()
    {
        using TorchFile file = Write(Torch.Dict(Torch.Tensor()), Floats(1, 2, 3, 4));
        Assert.Equal([1f, 2f, 3f, 4f], file.ReadAll("w"));
    }

    [Fact]
    public void Dict_keys_that_are_integers_become_names()
    {
        using TorchFile file = Write($"\u0080\u0002}}K\u0007{Torch.Tensor()}s.", Floats(1, 2, 3, 4));
        Assert.Equal("7", Assert.Single(file.Tensors).Key);
    }

    [Fact]
    public void Values_that_are_no_tensors_are_passed_over()
    {
        using TorchFile file = Write($"\u0080\u0002}}(X\u0001\0\0\0aG?\u00f0\0\0\0\0\0\0X\u0001\0\0\0b](K\u0001NeX\u0001\0\0\0c\u0088X\u0001\0\0\0d{Torch.Tensor()}u.");
        Assert.Equal("d", Assert.Single(file.Tensors).Key);
    }

    [Fact]
    public void Older_format_is_refused_with_the_way_out() =>
        AssertRefused("save it again", () => new TorchFile(Repository.Fixture("pt_edge_cases", "edge_legacy_nonzip.pt")));

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "load")]
    [InlineData("torch._utils", "_rebuild_qtensor")]
    [InlineData("torch", "UntypedStorage")]
    [InlineData("__torch__", "Model")]
    [InlineData("collections", "OrderedDict.fromkeys")]
    public void Forbidden_global_is_named_and_not_run(string module, string name) =>
        AssertRefused($"'{module}.{name}'", () => Write(Torch.Dict($"c{module}\n{name}\n(X\u0004\0\0\0truetR")));

    [Fact]
    public void Forbidden_global_of_a_newer_protocol_is_named_too() =>
        AssertRefused("'os.system'", () => Write("\u0080\u0004\u0095\0\0\0\0\0\0\0\0}\u008c\u0001w\u008c\u0002os\u0094\u008c\u0006system\u0094\u0093s."));

    [Theory]
    [InlineData("\u0081", "0x81")] // NEWOBJ
    [InlineData("ios\nsystem\n", "0x69")] // INST
    [InlineData("o", "0x6f")] // OBJ
    [InlineData("\u0082\u0001", "0x82")] // EXT1
    [InlineData("Pid\n", "0x50")] // PERSID
    [InlineData("\u0097", "0x97")] // NEXT_BUFFER
    public void Instruction_that_no_state_dict_needs_is_refused(string instruction, string named) =>
        AssertRefused(named, () => Write(Torch.Dict(instruction)));

    [Theory]
    [InlineData("")] // nothing
    [InlineData("\u0080\u0002")] // no end
    [InlineData("\u0080\u0002.")] // no value
    [InlineData("\u0080\u0001}.")] // an old protocol
    [InlineData("\u0080\u0002N.")] // not a dict
    [InlineData("\u0080\u0002)t.")] // no mark
    [InlineData("\u0080\u0002}(s.")] // a mark where values should be
    [InlineData("\u0080\u0002h\u0005.")] // nothing remembered
    [InlineData("\u0080\u0002}X\u00ff\u00ff\u00ff\u00ffw.")] // text longer than the pickle
    [InlineData("\u0080\u0002}X\u0001\0\0\0\u00ffNs.")] // text that is not UTF-8
    [InlineData("\u0080\u0002}\u008a\u0009123456789Ns.")] // an integer of 72 bits
    [InlineData("\u0080\u0002}NNs.")] // a key that is not text
    [InlineData("\u0080\u0002}(K\u0001u.")] // a key without a value
    [InlineData("\u0080\u0002NNNs.")] // an item of no dict
    [InlineData("\u0080\u0002NNa.")] // appended to no list
    [InlineData("\u0080\u0002NN\u0086R.")] // a call of nothing
    [InlineData("\u0080\u0002}Nb.")] // attributes that are no dict
    [InlineData("\u0080\u0002NQ.")] // a persistent id that is no storage
    [InlineData("\u0080\u0002cos")] // a global that is cut
    public void Malformed_pickle_is_refused(string pickle) => AssertRefused("data.pkl", () => Write(pickle));

    [Fact]
    public void Pickle_of_endless_instructions_is_refused() => AssertRefused("instructions", () => Write("\u0080\u0002" + new string('}', 5_000_000)));

    [Fact]
    public void Dicts_nested_too_deeply_are_refused() =>
        AssertRefused("nested", () => Write("\u0080\u0002" + string.Concat(Enumerable.Repeat("}X\u0001\0\0\0a", 100_000)) + "N" + new string('s', 100_000) + "."));

    [Fact]
    public void Dict_that_holds_itself_is_refused() => AssertRefused("nested", () => Write("\u0080\u0002}q\0X\u0001\0\0\0ah\0s."));

    // Twenty dicts, each holding the one before it twice: a million paths in a kilobyte.
    [Fact]
    public void Dicts_that_multiply_are_refused() => AssertRefused("values", () => Write(
        $"\u0080\u0002}}X\u0001\0\0\0w{Torch.Tensor()}s" + string.Concat(Enumerable.Repeat("q\00}X\u0001\0\0\0ah\0sX\u0001\0\0\0bh\0s", 20)) + "."));

    [Fact]
    public void Name_of_absurd_length_is_refused() =>
        AssertRefused("names", () => Write($"\u0080\u0002}}X\u00ff\u00ff\0\0{new string('w', 65535)}{Torch.Tensor()}s."));

    [Fact]
    public void Tensor_outside_its_storage_is_refused()
    {
        AssertRefused("view", () => Write(Torch.Dict(Torch.Tensor(offset: "K\u0001"))));
        AssertRefused("view", () => Write(Torch.Dict(Torch.Tensor(offset: "J\u00ff\u00ff\u00ff\u00ff"))));
        AssertRefused("view", () => Write(Torch.Dict(Torch.Tensor(offset: Torch.Long(long.MaxValue)))));
        AssertRefused("view", () => Write(Torch.Dict(Torch.Tensor(shape: "K\u0005\u0085"))));
        AssertRefused("view", () => Write(Torch.Dict(Torch.Tensor(strides: "K\u0002\u0085"))));
        AssertRefused("view", () => Write(Torch.Dict(Torch.Tensor(shape: "J\u00ff\u00ff\u00ff\u00ff\u0085"))));
        AssertRefused("view", () => Write(Torch.Dict(Torch.Tensor(strides: "J\u00ff\u00ff\u00ff\u00ff\u0085"))));
        AssertRefused("strides", () => Write(Torch.Dict(Torch.Tensor(strides: ")"))));
    }

    [Fact]
    public void Sizes_that_overflow_are_refused()
    {
        string huge = Torch.Long(1L << 40);
        AssertRefused("view", () => Write(Torch.Dict(Torch.Tensor(shape: $"{huge}{huge}\u0086", strides: "K\0K\0\u0086"))));
        AssertRefused("view", () => Write(Torch.Dict(Torch.Tensor(shape: $"K\u0004K\u0004\u0086", strides: $"{Torch.Long(long.MaxValue)}K\u0001\u0086"))));
        AssertRefused("elements", () => Write(Torch.Dict(Torch.Tensor(count: Torch.Long(long.MaxValue)))));
        AssertRefused("repeats", () => Write(Torch.Dict(Torch.Tensor(shape: $"{huge}\u0085", strides: "K\0\u0085"))));
    }

    [Fact]
    public void Storage_shorter_than_its_elements_is_refused()
    {
        AssertRefused("storage 0", () => Write(Torch.Dict(Torch.Tensor()), new byte[15]));
        AssertRefused("storage 0", () => Write(Torch.Dict(Torch.Tensor("DoubleStorage"))));
        AssertRefused("storage 0", () => Write(Torch.Dict(Torch.Tensor(count: "J\u00ff\u00ff\u00ff\u00ff"))));
    }

    [Fact]
    public void Zip_file_that_torch_does_not_write_is_refused()
    {
        AssertRefused("compressed", () => Write(Torch.Dict(Torch.Tensor()), compression: CompressionLevel.Optimal));
        AssertRefused("byte order", () => Write(Torch.Dict(Torch.Tensor()), more: ("archive/byteorder", "big")));
        AssertRefused("data.pkl", () => Write(Torch.Dict(Torch.Tensor()), more: ("other/data.pkl", "")));
        AssertRefused("'archive/data/0'", () => Write(Torch.Dict(Torch.Tensor()), more: ("archive/data/0", "again")));
        AssertRefused("'archive/data/1'", () => Write(Torch.Dict(Torch.Tensor()).Replace("\00", "\01", StringComparison.Ordinal)));
    }

    [Fact]
    public void File_that_is_no_torch_file_is_refused()
    {
        AssertRefused("no such file", () => new TorchFile(_folder["missing.pt"]));
        AssertRefused("failure to open", () => new TorchFile(_folder.Path));
        File.WriteAllBytes(_folder["empty.pt"], []);
        AssertRefused("end of the file", () => new TorchFile(_folder["empty.pt"]));
        File.WriteAllText(_folder["text.pt"], "version https://git-lfs.github.com/spec/v1");
        AssertRefused("zip", () => new TorchFile(_folder["text.pt"]));
    }

    [Fact]
    public void File_is_released_when_it_is_refused()
    {
        AssertRefused("byte order", () => Write(Torch.Dict(Torch.Tensor()), more: ("archive/byteorder", "big")));
        using FileStream alone = File.Open(_folder["w.pt"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void File_of_the_zip64_form_is_read()
    {
        using (Write(Torch.Dict(Torch.Tensor()), Floats(1, 2, 3, 4)))
        {
        }

        File.WriteAllBytes(_folder["64.pt"], Torch.ToZip64(File.ReadAllBytes(_folder["w.pt"])));
        using var file = new TorchFile(_folder["64.pt"]);
        Assert.Equal([1f, 2f, 3f, 4f], file.ReadAll("w"));
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Floats(params ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values).ToArray();

    private static void AssertRefused(string named, Func<TorchFile> open) =>
        Assert.Contains(named, Assert.Throws<ModelLoadException>(() => open().Dispose()).Message, StringComparison.Ordinal);

    private TorchFile Write(
        string pickle, byte[]? storage = null, CompressionLevel compression = CompressionLevel.NoCompression, params ReadOnlySpan<(string Name, string Text)> more)
    {
        File.Delete(_folder["w.pt"]);
        Torch.Write(_folder["w.pt"], pickle, storage, compression, more);
        return new TorchFile(_folder["w.pt"]);
    }
}
