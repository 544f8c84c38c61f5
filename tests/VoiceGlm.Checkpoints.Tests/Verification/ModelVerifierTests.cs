using VoiceGlm.Checkpoints.Tests.Conversion;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Verification;

public sealed class ModelVerifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelManifest _manifest;
    private readonly string _model;

    public ModelVerifierTests()
    {
        _model = _folder["model"];
        _manifest = SumModel.Convert(_folder, ModelParts.LanguageModel, 1, _model);
    }

    [Fact]
    public void Whole_model_has_no_findings_and_progress_reaches_the_total()
    {
        var reports = new List<ConversionProgress>();
        Assert.Empty(ModelVerifier.Verify(_model, new Told<ConversionProgress>(reports.Add), TestContext.Current.CancellationToken));
        Assert.Equal(_manifest.Files.Sum(static file => file.Bytes), reports[^1].BytesDone);
        Assert.Equal(reports[^1].BytesTotal, reports[^1].BytesDone);
    }

    [Fact]
    public void Changed_byte_is_found()
    {
        string data = Path.Combine(_model, "language-model.onnx.data");
        byte[] bytes = File.ReadAllBytes(data);
        bytes[1000] ^= 1;
        File.WriteAllBytes(data, bytes);

        ModelFinding finding = Assert.Single(Verify());
        Assert.Equal("language-model.onnx.data", finding.File);
        Assert.StartsWith("SHA-256 ", finding.Expected, StringComparison.Ordinal);
        Assert.NotEqual(finding.Expected, finding.Found);
    }

    [Fact]
    public void Missing_and_cut_files_are_both_found()
    {
        File.Delete(Path.Combine(_model, "language-model.txt"));
        using (FileStream stream = File.OpenWrite(Path.Combine(_model, "language-model.onnx"))) stream.SetLength(5);

        Assert.Equal(
            [("language-model.onnx", "5 bytes"), ("language-model.txt", "no such file")],
            Verify().Select(static finding => (finding.File, finding.Found)));
    }

    [Fact]
    public void Input_of_another_type_or_shape_is_found()
    {
        GraphDescription description = _manifest.Graphs[ModelParts.LanguageModel];
        Rewrite(description with { Inputs = [new GraphValue("x", "int64", ["batch", "65536"]), new GraphValue("mask", "bool", [])] });

        Assert.Equal(
            [
                new ModelFinding("language-model.onnx: input 'x'", "int64 [batch, 65536]", "float [batch, 65536]"),
                new ModelFinding("language-model.onnx: input 'mask'", "bool []", "no such input"),
            ],
            Verify());

        Rewrite(description with { Outputs = [new GraphValue("sum", "float", ["batch", "7"])] });
        Assert.Equal([new ModelFinding("language-model.onnx: output 'sum'", "float [batch, 7]", "float [batch, 65536]")], Verify());
    }

    [Fact]
    public void Graph_that_the_runtime_refuses_is_found()
    {
        File.WriteAllText(Path.Combine(_model, "language-model.onnx"), "not a graph");
        (long length, string hash) = FileHash.Compute(Path.Combine(_model, "language-model.onnx"), read: null, CancellationToken.None);
        (_manifest with
        {
            Files = [.. _manifest.Files.Select(file => file.Path == "language-model.onnx" ? new ModelFile(file.Path, length, hash) : file)],
        }).Write(_model);

        ModelFinding finding = Assert.Single(Verify());
        Assert.Equal("an ONNX graph that ONNX Runtime accepts", finding.Expected);
    }

    [Fact]
    public void Path_that_leaves_the_folder_is_found_and_not_opened()
    {
        (_manifest with { Files = [.. _manifest.Files, new ModelFile("../secret", 0, "")] }).Write(_model);
        Assert.Equal(new ModelFinding("../secret", "a file inside the folder", "a path that leaves it"), Assert.Single(Verify()));
        Assert.Contains("'../secret'", Assert.Throws<ModelLoadException>(() => ModelFolder.Open(_model)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<ModelFinding> Verify() => ModelVerifier.Verify(_model, progress: null, TestContext.Current.CancellationToken);

    private void Rewrite(GraphDescription description) =>
        (_manifest with { Graphs = new Dictionary<string, GraphDescription> { [ModelParts.LanguageModel] = description } }).Write(_model);
}
