using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class TensorSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Folder_of_several_files_holds_what_the_folder_of_one_file_holds()
    {
        using TensorSource single = TensorSource.Open(Repository.Fixture("tokenizer", "model"));
        using TensorSource sharded = TensorSource.Open(Repository.Fixture("tokenizer", "model_prefixed")).WithoutPrefix("model.encoder.");
        Assert.NotEmpty(single.Tensors);
        foreach ((string name, TensorInfo info) in single.Tensors)
        {
            Assert.Equal(name, sharded.Require(name, [.. info.Shape]).Name);
            Assert.Equal(single.ReadAll(name), sharded.ReadAll(name));
        }
    }

    [Fact]
    public void Prefix_that_no_tensor_has_changes_nothing()
    {
        using TensorSource source = TensorSource.Open(Repository.Fixture("tokenizer", "model"));
        Assert.Same(source, source.WithoutPrefix("model.encoder."));
    }

    [Fact]
    public void Prefix_hides_what_lies_beside_it()
    {
        using TensorSource source = TensorSource.OpenFile(Repository.Fixture("pt_edge_cases", "with_metadata.pt")).WithoutPrefix("1.");
        Assert.Equal(["bias", "num_batches_tracked", "running_mean", "running_var", "weight"], source.Tensors.Keys.Order());
        AssertRefused("1.*: missing", () => source.Require("missing", 1));
    }

    [Fact]
    public void Tensor_that_is_missing_or_of_another_shape_is_told_by_name_and_shapes()
    {
        using TensorSource source = TensorSource.OpenFile(Repository.Fixture("pt_edge_cases", "edge.pt"));
        Assert.Equal([6, 5], source.Require("contig", -1, 5).Shape);
        AssertRefused("edge.pt: absent: expected a tensor of shape [2, -1], found no such tensor.", () => source.Require("absent", 2, -1));
        AssertRefused("edge.pt: contig: expected shape [5, 6], found shape [6, 5].", () => source.Require("contig", 5, 6));
        AssertRefused("edge.pt: absent: expected a tensor, found no such tensor.", () => source.ReadAll("absent"));
    }

    [Fact]
    public void Folder_of_torch_files_is_opened()
    {
        File.Copy(Repository.Fixture("pt_edge_cases", "with_metadata.pt"), _folder["pytorch_model-00001-of-00001.bin"]);
        File.WriteAllText(_folder["pytorch_model.bin.index.json"], """{"weight_map":{"0.bias":"pytorch_model-00001-of-00001.bin"}}""");
        using TensorSource source = TensorSource.Open(_folder.Path);
        using TensorSource expected = TensorSource.OpenFile(Repository.Fixture("pt_edge_cases", "with_metadata_expected.safetensors"));
        Assert.Equal(expected.ReadAll("0.bias"), source.ReadAll("0.bias"));
        Assert.Equal("0.bias", Assert.Single(source.Tensors).Key);
    }

    [Theory]
    [InlineData("""{"weight_map":{"w":"missing.safetensors"}}""", "no such file")]
    [InlineData("""{"weight_map":{"absent":"shard.safetensors"}}""", "no such tensor")]
    [InlineData("""{"weight_map":{"w":"../shard.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"w":"..\\shard.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"w":"/etc/passwd"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"w":"C:shard.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"w":".."}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"w":""}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"w":1}}""", "a string")]
    [InlineData("""{"weight_map":{"w":"shard.safetensors","w":"shard.safetensors"}}""", "JSON")]
    [InlineData("""{"weight_map":[]}""", "a mapping")]
    [InlineData("""{"metadata":{}}""", "weight_map")]
    [InlineData("nonsense", "JSON")]
    public void Malformed_index_is_refused(string index, string named)
    {
        File.Copy(Repository.Fixture("pt_edge_cases", "with_metadata_expected.safetensors"), _folder["shard.safetensors"]);
        File.WriteAllText(_folder["model.safetensors.index.json"], index);
        AssertRefused(named, () => TensorSource.Open(_folder.Path));
    }

    [Fact]
    public void Folder_without_weights_is_refused()
    {
        AssertRefused("none of them", () => TensorSource.Open(_folder.Path));
        AssertRefused("no such folder", () => TensorSource.Open(_folder["missing"]));
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertRefused(string named, Func<object?> read) =>
        Assert.Contains(named, Assert.Throws<ModelLoadException>(read).Message, StringComparison.Ordinal);
}
