using VoiceGlm.Testing;

namespace VoiceGlm.Inference.Tests;

public class ModelFolderTests
{
    private static readonly ModelManifest s_manifest = new()
    {
        Format = ModelManifest.CurrentFormat,
        Name = "small",
        Sources = new Dictionary<string, ModelSource> { [ModelParts.LanguageModel] = new("owner/name", "abc", "mit") },
        Graphs = new Dictionary<string, GraphDescription> { ["sum"] = new("sum-and-product.onnx", [new GraphValue("x", "float", ["rows", "2"])], []) },
        Files = [],
    };

    [Fact]
    public void Manifest_is_read_as_it_was_written()
    {
        using var folder = new TemporaryFolder();
        s_manifest.Write(folder.Path);
        ModelManifest read = ModelFolder.Open(folder.Path).Manifest;
        Assert.Equal(("small", "abc", "mit"), (read.Name, read.Revision, read.License));
        Assert.Equal(s_manifest.Sources, read.Sources);
        Assert.Equal(["rows", "2"], read.Graphs["sum"].Inputs[0].Shape);
        Assert.Equal(["manifest.json"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Graph_is_loaded_by_name()
    {
        using var folder = new TemporaryFolder();
        SmallGraphs.SumAndProduct(folder).Dispose();
        s_manifest.Write(folder.Path);
        ModelFolder model = ModelFolder.Open(folder.Path);
        using (Graph graph = model.LoadGraph("sum", new GraphOptions { Threads = 1 })) Assert.Equal(["x", "y"], graph.InputNames);
        Assert.Equal(
            $"{folder["manifest.json"]}: expected a graph named 'difference', found sum.",
            Assert.Throws<ModelLoadException>(() => model.LoadGraph("difference", new GraphOptions())).Message);
    }

    [Fact]
    public void Missing_folder_and_folder_without_manifest_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no such folder", Assert.Throws<ModelLoadException>(() => ModelFolder.Open(folder["model"])).Message, StringComparison.Ordinal);
        Assert.Contains("models convert", Assert.Throws<ModelLoadException>(() => ModelFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a model manifest")]
    [InlineData("null", "a JSON object")]
    [InlineData("[]", "a model manifest")]
    [InlineData("{}", "a model manifest")]
    [InlineData("""{"format":1,"name":null,"sources":{},"graphs":{},"files":[]}""", "a model manifest")]
    [InlineData("""{"format":99,"name":"m","sources":{},"graphs":{},"files":[]}""", "format 1")]
    public void Manifest_that_is_none_is_refused(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["manifest.json"], json);
        ModelLoadException exception = Assert.Throws<ModelLoadException>(() => ModelFolder.Open(folder.Path));
        Assert.Equal(folder["manifest.json"], exception.Path);
        Assert.Equal(expected, exception.Expected);
    }

    [Fact]
    public void Files_of_a_graph_that_is_not_needed_may_be_missing_and_others_may_not()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["words.tiktoken"], "words");
        (s_manifest with
        {
            Files = [new ModelFile("sum-and-product.onnx", 5, ""), new ModelFile("sum-and-product.onnx.data", 5, ""), new ModelFile("words.tiktoken", 5, "")],
        }).Write(folder.Path);

        Assert.Equal("small", ModelFolder.Open(folder.Path, without: "sum").Manifest.Name);
        Assert.Contains("sum-and-product.onnx: ", Assert.Throws<ModelLoadException>(() => ModelFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("sum-and-product.onnx: ", Assert.Throws<ModelLoadException>(() => ModelFolder.Open(folder.Path, without: "product")).Message, StringComparison.Ordinal);
        File.Delete(folder["words.tiktoken"]);
        Assert.Contains("words.tiktoken: ", Assert.Throws<ModelLoadException>(() => ModelFolder.Open(folder.Path, without: "sum")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_cut_and_outside_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("no such file", Open(new ModelFile("weights", 3, "")).Found);
        File.WriteAllText(folder["weights"], "12");
        Assert.Equal("2 bytes", Open(new ModelFile("weights", 3, "")).Found);
        Assert.Equal("'../weights'", Open(new ModelFile("../weights", 2, "")).Found);
        Assert.Equal("'/etc/hosts'", Open(new ModelFile("/etc/hosts", 2, "")).Found);
        (s_manifest with { Files = [new ModelFile("weights", 2, "")] }).Write(folder.Path);
        Assert.Equal(folder["weights"], ModelFolder.Open(folder.Path).PathOf("weights"));

        ModelLoadException Open(ModelFile file)
        {
            (s_manifest with { Files = [file] }).Write(folder.Path);
            return Assert.Throws<ModelLoadException>(() => ModelFolder.Open(folder.Path));
        }
    }
}
