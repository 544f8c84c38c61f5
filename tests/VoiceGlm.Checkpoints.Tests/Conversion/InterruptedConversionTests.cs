using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Conversion;

/// <summary>Conversions of two parts that were ended in the middle of the second.</summary>
public sealed class InterruptedConversionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _read = [];
    private readonly IPartConverter[] _converters;
    private readonly string[] _checkpoints;

    public InterruptedConversionTests()
    {
        _converters = [new SumConverter(ModelParts.SpeechTokenizer, _read.Add), new SumConverter(ModelParts.LanguageModel, _read.Add)];
        _checkpoints =
        [
            SumConverter.WriteCheckpoint(_folder["tokenizer"], ModelParts.SpeechTokenizer, 1),
            SumConverter.WriteCheckpoint(_folder["language"], ModelParts.LanguageModel, 2),
        ];
    }

    private string Partial => Assert.Single(Directory.GetDirectories(_folder.Path, "model.partial-*"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Next_conversion_goes_on_after_the_graphs_that_are_finished()
    {
        Interrupt();
        Assert.Contains(ModelParts.SpeechTokenizer, _read);
        _read.Clear();

        Convert();

        Assert.Equal([ModelParts.LanguageModel], _read.Distinct());
        AssertWhole();
    }

    [Fact]
    public void Progress_goes_on_from_what_is_finished_to_the_end()
    {
        Interrupt();
        var reports = new List<ConversionProgress>();
        Convert(new Told<ConversionProgress>(reports.Add));

        long total = 2 * 2 * SumConverter.Width * sizeof(float);
        Assert.Equal("speech-tokenizer, written before", reports[0].Step);
        Assert.Equal(reports.Select(static report => report.BytesDone).Order(), reports.Select(static report => report.BytesDone));
        Assert.Equal((total, total), (reports[^1].BytesDone, reports[^1].BytesTotal));
    }

    [Theory]
    [InlineData("speech-tokenizer.onnx.data")]
    [InlineData("speech-tokenizer.onnx")]
    public void Finished_graph_that_was_damaged_since_is_written_anew(string file)
    {
        Interrupt();
        using (FileStream stream = File.OpenWrite(Path.Combine(Partial, file))) stream.WriteByte(0x55);
        _read.Clear();

        Convert();

        Assert.Equal([ModelParts.SpeechTokenizer, ModelParts.LanguageModel], _read.Distinct());
        AssertWhole();
    }

    [Fact]
    public void Finished_graph_whose_file_is_gone_is_written_anew()
    {
        Interrupt();
        File.Delete(Path.Combine(Partial, "speech-tokenizer.onnx.data"));
        Convert();
        AssertWhole();
    }

    [Fact]
    public void Checkpoint_that_has_changed_since_is_read_again()
    {
        Interrupt();
        File.SetLastWriteTimeUtc(_folder["tokenizer/weights.bin"], new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _read.Clear();

        Convert();

        Assert.Equal([ModelParts.SpeechTokenizer, ModelParts.LanguageModel], _read.Distinct());
        AssertWhole();
    }

    [Fact]
    public void Graph_that_was_interrupted_goes_on_after_the_weights_that_are_whole()
    {
        string checkpoint = SumConverter.WriteCheckpoint(_folder["both"], ModelParts.LanguageModel, 5);
        var failing = new TwoWeightsConverter(_read.Add) { Fails = true };
        Assert.Throws<InvalidDataException>(() => CheckpointConverter.Convert([failing], [checkpoint], _folder["model"], progress: null, TestContext.Current.CancellationToken));
        Assert.Equal(["first", "second"], _read);
        _read.Clear();

        CheckpointConverter.Convert([new TwoWeightsConverter(_read.Add)], [checkpoint], _folder["model"], progress: null, TestContext.Current.CancellationToken);

        Assert.Equal(["second"], _read);
        Assert.Empty(ModelVerifier.Verify(_folder["model"], progress: null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Journal_that_cannot_be_read_is_a_conversion_from_the_beginning()
    {
        Interrupt();
        File.WriteAllText(Path.Combine(Partial, ".conversion.json"), "[{");
        _read.Clear();

        Convert();

        Assert.Equal([ModelParts.SpeechTokenizer, ModelParts.LanguageModel], _read.Distinct());
        AssertWhole();
    }

    [Fact]
    public void What_is_finished_is_removed_when_another_model_is_converted()
    {
        Interrupt();
        string other = SumConverter.WriteCheckpoint(_folder["other"], ModelParts.LanguageModel, 3);
        SumModel.Convert([other], _folder["model"]);

        Assert.Equal(3, SumModel.ValueOf(_folder["model"], ModelParts.LanguageModel));
        Assert.Equal(
            ["language-model.onnx", "language-model.onnx.data", "language-model.txt", "manifest.json"],
            Directory.GetFiles(_folder["model"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetDirectories(_folder.Path, "model.partial-*"));
    }

    [Fact]
    public void Asking_whether_the_output_may_be_written_keeps_what_is_finished()
    {
        Interrupt();
        CheckpointConverter.CheckOutput(_folder["model"]);
        _read.Clear();
        Convert();
        Assert.Equal([ModelParts.LanguageModel], _read.Distinct());
    }

    private void Interrupt()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Told<ConversionProgress>(report =>
        {
            if (report.Step == ModelParts.LanguageModel) cancellation.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => CheckpointConverter.Convert(_converters, _checkpoints, _folder["model"], progress, cancellation.Token));
        Assert.False(Directory.Exists(_folder["model"]));
    }

    private void Convert(IProgress<ConversionProgress>? progress = null) =>
        CheckpointConverter.Convert(_converters, _checkpoints, _folder["model"], progress, TestContext.Current.CancellationToken);

    private void AssertWhole()
    {
        Assert.Equal(1, SumModel.ValueOf(_folder["model"], ModelParts.SpeechTokenizer));
        Assert.Equal(2, SumModel.ValueOf(_folder["model"], ModelParts.LanguageModel));
        Assert.Empty(ModelVerifier.Verify(_folder["model"], progress: null, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(_folder["model/.conversion.json"]));
        Assert.Empty(Directory.GetDirectories(_folder.Path, "model.partial-*"));
    }

    // Two weights, of which the second may not be had.
    private sealed class TwoWeightsConverter(Action<string> read) : IPartConverter
    {
        private readonly SumConverter _one = new(ModelParts.LanguageModel);

        public bool Fails { get; init; }

        public string Part => _one.Part;

        public bool Recognises(string folder) => _one.Recognises(folder);

        public PartPlan Plan(string folder, TensorSources sources)
        {
            PartPlan plan = _one.Plan(folder, sources);
            var graph = new GraphBuilder(Part);
            Edge sum = graph.Input("x", OnnxType.Float, "batch", SumConverter.Width);
            foreach (string name in (string[])["first", "second"])
            {
                sum = graph.Add(sum, graph.Weight(new Weight(name, [SumConverter.Width], (_, destination) =>
                {
                    read(name);
                    if (Fails && name == "second") throw new InvalidDataException("cut");
                    destination.Fill(1);
                })));
            }

            graph.Output("sum", sum, OnnxType.Float, "batch", SumConverter.Width);
            return new PartPlan { Graphs = [graph], Files = plan.Files, Describe = plan.Describe };
        }
    }
}
