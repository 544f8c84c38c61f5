using System.Diagnostics;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Conversion;

public class ModelFolderWriterTests
{
    [Fact]
    public void Strangers_folder_is_refused_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["photos"]);
        File.WriteAllText(folder["photos/cat.txt"], "cat");

        Assert.Equal(
            $"{folder["photos"]}: expected a model folder, an empty folder or nothing, found a folder of other files.",
            Assert.Throws<IOException>(() => new ModelFolderWriter(folder["photos"], progress: null)).Message);
        Assert.Equal(["cat.txt"], Directory.GetFiles(folder["photos"]).Select(Path.GetFileName));
        Assert.Equal([folder["photos"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void File_in_the_place_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["model"], "");
        Assert.Equal(
            $"{folder["model"]}: expected a folder or nothing, found a file.",
            Assert.Throws<IOException>(() => new ModelFolderWriter(folder["model"], progress: null)).Message);
    }

    [Fact]
    public void Empty_folder_becomes_the_model()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["model"]);
        SumModel.Convert(folder, ModelParts.LanguageModel, 1, folder["model"]);
        Assert.Equal(1, SumModel.ValueOf(folder["model"], ModelParts.LanguageModel));
    }

    [Fact]
    public void Second_writer_of_a_place_is_refused_until_the_first_is_done()
    {
        using var folder = new TemporaryFolder();
        using (new ModelFolderWriter(folder["model"], progress: null))
        {
            IOException exception = Assert.Throws<IOException>(() => new ModelFolderWriter(folder["model"], progress: null));
            Assert.Contains("another conversion does", exception.Message, StringComparison.Ordinal);
        }

        SumModel.Convert(folder, ModelParts.LanguageModel, 1, folder["model"]);
        Assert.Equal(1, SumModel.ValueOf(folder["model"], ModelParts.LanguageModel));
    }

    [Fact]
    public void Model_set_aside_by_a_killed_writer_comes_back()
    {
        using var folder = new TemporaryFolder();
        SumModel.Convert(folder, ModelParts.LanguageModel, 1, folder["model"]);
        // Killed between the two renames: the former model is aside, the new one not in its place yet.
        Directory.Move(folder["model"], folder[$"model.old-{Guid.NewGuid():N}"]);
        Directory.CreateDirectory(folder[$"model.partial-{Guid.NewGuid():N}"]);
        Directory.CreateDirectory(folder["model.old-photos"]);
        Directory.CreateDirectory(folder["model.partial-thoughts"]);

        new ModelFolderWriter(folder["model"], progress: null).Dispose();

        Assert.Equal(1, SumModel.ValueOf(folder["model"], ModelParts.LanguageModel));
        Assert.Equal(
            [folder["language-model-1"], folder["model"], folder["model.old-photos"], folder["model.partial-thoughts"]],
            Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Model_left_beside_its_successor_by_a_killed_writer_is_removed()
    {
        using var folder = new TemporaryFolder();
        SumModel.Convert(folder, ModelParts.LanguageModel, 1, folder["model"]);
        Directory.Move(folder["model"], folder[$"model.old-{Guid.NewGuid():N}"]);
        SumModel.Convert([folder["language-model-1"]], folder["second"]);
        Directory.Move(folder["second"], folder["model"]);

        new ModelFolderWriter(folder["model"], progress: null).Dispose();

        Assert.Equal([folder["language-model-1"], folder["model"]], Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Damaged_part_is_not_kept_and_the_model_stays()
    {
        using var folder = new TemporaryFolder();
        SumModel.Convert(folder, ModelParts.SpeechTokenizer, 1, folder["model"]);
        string damaged = Path.Combine(folder["model"], "speech-tokenizer.onnx.data");
        File.WriteAllBytes(damaged, new byte[10]);

        ModelLoadException exception = Assert.Throws<ModelLoadException>(() => SumModel.Convert(folder, ModelParts.LanguageModel, 2, folder["model"]));

        Assert.Equal(damaged, exception.Path);
        Assert.Equal("10 bytes", exception.Found);
        Assert.NotNull(ModelManifest.Read(folder["model"]).SpeechTokenizer);
    }

    [Fact]
    public void Full_disk_leaves_the_former_model_and_what_is_finished()
    {
        using var folder = new TemporaryFolder();
        using SmallDisk? disk = SmallDisk.TryMount(folder["disk"], megabytes: 20);
        Assert.SkipWhen(disk is null, "Mounting a small disk needs root.");
        string model = folder["disk/model"];
        SumModel.Convert(folder, ModelParts.LanguageModel, 1, model);

        string checkpoint = SumConverter.WriteCheckpoint(folder["large"], ModelParts.LanguageModel, 2);
        // Half a million graph bytes fit; the file that is copied beside them does not.
        using (FileStream stream = File.OpenWrite(Path.Combine(checkpoint, ModelParts.LanguageModel))) stream.SetLength(30_000_000);
        IOException exception = Assert.Throws<IOException>(() =>
        {
            using var writer = new ModelFolderWriter(model, progress: null);
            writer.AddGraph(SumConverter.Graph(ModelParts.LanguageModel, 2), "origin", CancellationToken.None);
            writer.AddFile(Path.Combine(checkpoint, ModelParts.LanguageModel), "language-model.txt");
        });

        Assert.Equal($"{model}: expected room for the files to be written, found a full disk.", exception.Message);
        Assert.Equal(2, Directory.GetFileSystemEntries(folder["disk"]).Length);
        string partial = Assert.Single(Directory.GetDirectories(folder["disk"], "model.partial-*"));
        Assert.Equal(
            [".conversion.json", "language-model.onnx", "language-model.onnx.data", "language-model.txt"],
            Directory.GetFiles(partial).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(1, SumModel.ValueOf(model, ModelParts.LanguageModel));
    }

    [Fact]
    public void Too_little_disk_is_told_before_a_graph_is_written()
    {
        using var folder = new TemporaryFolder();
        using SmallDisk? disk = SmallDisk.TryMount(folder["disk"], megabytes: 1);
        Assert.SkipWhen(disk is null, "Mounting a small disk needs root.");

        IOException exception = Assert.Throws<IOException>(() => SumModel.Convert(folder, ModelParts.LanguageModel, 1, folder["disk/model"]));

        Assert.Equal($"{folder["disk/model"]}: expected 16.3 MB of free disk, found 1.0 MB.", exception.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder["disk"]));
    }

    [Fact]
    public void Room_for_all_graphs_is_asked_before_the_first_is_written()
    {
        using var folder = new TemporaryFolder();
        using SmallDisk? disk = SmallDisk.TryMount(folder["disk"], megabytes: 1);
        Assert.SkipWhen(disk is null, "Mounting a small disk needs root.");
        string[] checkpoints =
        [
            SumConverter.WriteCheckpoint(folder["first"], ModelParts.LanguageModel, 1), SumConverter.WriteCheckpoint(folder["second"], ModelParts.SpeechTokenizer, 2),
        ];

        IOException exception = Assert.Throws<IOException>(() => SumModel.Convert(checkpoints, folder["disk/model"]));

        Assert.Equal($"{folder["disk/model"]}: expected 16.5 MB of free disk, found 1.0 MB.", exception.Message);
    }

    [Fact]
    public void Refused_write_is_told_in_a_sentence()
    {
        using var folder = new TemporaryFolder();
        IOException exception = Assert.Throws<IOException>(() => WriteFailure.Explain("model", () => File.WriteAllText(folder.Path, "")));
        Assert.StartsWith("model: expected a folder that may be written, found one that may not", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>A file system of its own in memory.</summary>
    private sealed class SmallDisk(string path) : IDisposable
    {
        public static SmallDisk? TryMount(string path, int megabytes)
        {
            Directory.CreateDirectory(path);
            return Environment.IsPrivilegedProcess && OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path)
                ? new SmallDisk(path)
                : null;
        }

        public void Dispose() => Run("umount", "-l", path);

        private static bool Run(string command, params string[] arguments)
        {
            using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
