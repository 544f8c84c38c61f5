using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class TorchFileTests
{
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

    [Fact]
    public void Older_format_is_refused_with_the_way_out()
    {
        var exception = Assert.Throws<ModelLoadException>(() => new TorchFile(Repository.Fixture("pt_edge_cases", "edge_legacy_nonzip.pt")));
        Assert.Contains("save it again", exception.Message, StringComparison.Ordinal);
    }
}
