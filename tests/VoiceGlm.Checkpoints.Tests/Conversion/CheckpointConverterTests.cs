using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Conversion;

public class CheckpointConverterTests
{
    [Fact]
    public void Parts_that_are_not_converted_anew_are_kept()
    {
        using var folder = new TemporaryFolder();
        SumModel.Convert(folder, ModelParts.SpeechTokenizer, 1, folder["model"]);
        SumModel.Convert(folder, ModelParts.LanguageModel, 2, folder["model"]);
        ModelManifest manifest = SumModel.Convert(folder, ModelParts.LanguageModel, 3, folder["model"]);

        Assert.NotNull(manifest.SpeechTokenizer);
        Assert.Equal([ModelParts.LanguageModel, ModelParts.SpeechTokenizer], manifest.Sources.Keys.Order());
        Assert.Equal(["language-model-3", "speech-tokenizer-1"], manifest.Sources.OrderBy(static source => source.Key).Select(static source => source.Value.Name));
        Assert.Equal(6, manifest.Files.Count);
        Assert.Equal(1, SumModel.ValueOf(folder["model"], ModelParts.SpeechTokenizer));
        Assert.Equal(3, SumModel.ValueOf(folder["model"], ModelParts.LanguageModel));
        Assert.Empty(ModelVerifier.Verify(folder["model"], progress: null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Two_checkpoints_of_a_part_are_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        string first = SumConverter.WriteCheckpoint(folder["first"], ModelParts.LanguageModel, 1);
        string second = SumConverter.WriteCheckpoint(folder["second"], ModelParts.LanguageModel, 2);

        ModelLoadException exception = Assert.Throws<ModelLoadException>(() => SumModel.Convert([first, second], folder["model"]));

        Assert.Equal($"{second}: expected one checkpoint of each part, found a second language-model beside {first}.", exception.Message);
        Assert.False(Path.Exists(folder["model"]));
    }

    [Fact]
    public void Folder_without_a_known_part_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["letters"]);
        Assert.Contains("none of them", Assert.Throws<ModelLoadException>(() => SumModel.Convert([folder["letters"]], folder["model"])).Message, StringComparison.Ordinal);
        Assert.Contains("no such folder", Assert.Throws<ModelLoadException>(() => SumModel.Convert([folder["nothing"]], folder["model"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_counts_the_whole_conversion_and_never_falls()
    {
        using var folder = new TemporaryFolder();
        var reports = new List<ConversionProgress>();
        SumModel.Convert(
            [
                SumConverter.WriteCheckpoint(folder["tokenizer"], ModelParts.SpeechTokenizer, 1),
                SumConverter.WriteCheckpoint(folder["model-checkpoint"], ModelParts.LanguageModel, 2),
            ],
            folder["model"],
            new Told<ConversionProgress>(reports.Add));

        // Two checkpoints, each written and read back.
        long total = 2 * 2 * SumConverter.Width * sizeof(float);
        Assert.All(reports, report => Assert.Equal(total, report.BytesTotal));
        Assert.Equal(reports.Select(static report => report.BytesDone).Order(), reports.Select(static report => report.BytesDone));
        Assert.Equal(total, reports[^1].BytesDone);
        Assert.Contains(reports, static report => report.Step == ModelParts.SpeechTokenizer);
    }

    [Fact]
    public void Cancelled_conversion_leaves_the_former_model()
    {
        using var folder = new TemporaryFolder();
        SumModel.Convert(folder, ModelParts.LanguageModel, 1, folder["model"]);
        using var cancellation = new CancellationTokenSource();
        string checkpoint = SumConverter.WriteCheckpoint(folder["checkpoint"], ModelParts.LanguageModel, 2);

        Assert.Throws<OperationCanceledException>(() =>
            SumModel.ConvertUntil([checkpoint], folder["model"], new Told<ConversionProgress>(_ => cancellation.Cancel()), cancellation.Token));

        Assert.Equal(1, SumModel.ValueOf(folder["model"], ModelParts.LanguageModel));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(folder.Path), static path => path.Contains("partial", StringComparison.Ordinal) || path.EndsWith(".lock", StringComparison.Ordinal));
    }
}
