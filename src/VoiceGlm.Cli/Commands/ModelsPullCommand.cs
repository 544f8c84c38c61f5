using System.CommandLine;
using VoiceGlm.Checkpoints;
using VoiceGlm.Downloads;
using VoiceGlm.Inference;

namespace VoiceGlm.Cli;

/// <summary><c>models pull</c>: published checkpoints from a hub, and a model folder out of them.</summary>
internal static class ModelsPullCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The model." };
        name.AcceptOnlyFromAmong([.. PublishedModel.Known.Select(static known => known.Name)]);
        var output = new Option<string?>("--output", "-o") { Description = "The model folder to write. Default: one called as the model, here.", HelpName = "DIR" };
        var downloads = new Option<string?>("--downloads")
        {
            Description = "Fetch each repository into DIR/REPOSITORY and keep it. What is there already, also by 'hf download --local-dir', is not fetched again. Default: OUTPUT.downloads, removed in the end.",
            HelpName = "DIR",
        };
        var keep = new Option<bool>("--keep-downloads") { Description = "Keep the checkpoints when they are converted." };
        var hub = new HubFlags();
        var flags = new ConversionFlags();
        var revision = new Option<string[]>("--revision")
        {
            Description = "Branch, tag or commit; as REPOSITORY=REVISION for one of the repositories alone. Default: the newest.",
            HelpName = "REV",
            Arity = ArgumentArity.OneOrMore,
        };
        var parallel = new Option<int>("--parallel") { Description = "Connections at once.", HelpName = "N", DefaultValueFactory = static _ => new DownloadOptions().Parallel };
        parallel.Validators.Add(static result => SharedOptions.RequireBetween(result, 1, 64));
        Option<bool> json = SharedOptions.Json();
        var command = new Command("pull", "Fetch a published model from Hugging Face, ModelScope or a mirror, and convert it. What was interrupted goes on where it ended.")
        {
            name, output, downloads, keep, revision, parallel, json,
        };
        hub.AddTo(command);
        flags.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            PublishedModel model = PublishedModel.Known.Single(known => known.Name == parsed.GetRequiredValue(name));
            string folder = parsed.GetValue(output) ?? model.Name;
            string fetched = parsed.GetValue(downloads) ?? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + ".downloads";
            bool kept = parsed.GetValue(keep) || parsed.GetValue(downloads) is not null;
            ConversionOptions options = flags.Options(parsed);
            var revisions = new RevisionChoice(model, parsed.GetValue(revision) ?? []);
            CheckpointConverter.CheckOutput(folder);
            using var download = new CheckpointDownload(hub.Address(parsed), new DownloadOptions { Parallel = parsed.GetValue(parallel) }, TimeProvider.System);
            HubRepository[] repositories = await Task.WhenAll(model.Repositories.Select(
                repository => download.FindAsync($"{hub.Owner(parsed)}/{repository}", revisions.Of(repository), cancellationToken)));
            if (options.WithoutLanguageModelGraph)
            {
                repositories = [.. repositories.Select(repository => repository.ShortName == model.LanguageModel ? repository.WithoutWeights() : repository)];
            }

            long bytes = 0;
            if (IsConverted(folder, repositories, options))
            {
                terminal.WriteNote($"{folder} is converted from these revisions already; remove it to convert them again.");
            }
            else
            {
                // The least that the model can take: 32-bit floats, or what is left of a 32-bit checkpoint's matrices.
                long room = repositories.Sum(static repository => repository.Bytes) / (options.LanguageModel.Precision switch { Precision.Full => 1, Precision.EightBits => 4, Precision.FourBits => 8, _ => 2 });
                DiskSpace.Require(folder, parsed.GetValue(downloads) is null ? room + CheckpointDownload.MissingBytes(repositories, fetched) : room);
                string[] checkpoints = [.. repositories.Select(repository => CheckpointDownload.PathOf(fetched, repository))];
                bytes = await FetchAndConvertAsync(terminal, download, repositories, fetched, checkpoints, folder, options, cancellationToken);
                if (!kept) Remove(fetched, checkpoints);
            }

            if (parsed.GetValue(json)) terminal.WriteJson(Result(folder, repositories, bytes, kept ? fetched : null), CliJsonContext.Default.PullResult);
            else ModelDescription.Write(terminal, ModelFolder.Open(folder), json: false);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<long> FetchAndConvertAsync(
        Terminal terminal, CheckpointDownload download, HubRepository[] repositories, string fetched, string[] checkpoints, string folder, ConversionOptions options,
        CancellationToken cancellationToken)
    {
        try
        {
            long bytes = await terminal.WithProgressAsync(display => download.FetchAsync(repositories, fetched, display, cancellationToken));
            await terminal.WithProgressAsync(display => Task.Run(() => CheckpointConverter.Convert(checkpoints, folder, options, display, cancellationToken), cancellationToken));
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or ModelLoadException or OperationCanceledException && Directory.Exists(fetched))
        {
            terminal.WriteNote($"What has been fetched is kept in {fetched}; the same command goes on from there.");
            throw;
        }
    }

    // A conversion keeps where each part is from, by the name of its folder.
    private static bool IsConverted(string folder, HubRepository[] repositories, ConversionOptions options)
    {
        if (!File.Exists(Path.Combine(folder, ModelManifest.FileName))) return false;
        ModelManifest manifest = ModelManifest.Read(folder);
        return options.Match(manifest)
            && repositories.All(repository => manifest.Sources.Values.Any(source => source.Name == repository.ShortName && source.Revision == repository.Revision));
    }

    private static void Remove(string folder, string[] checkpoints)
    {
        foreach (string checkpoint in checkpoints) Directory.Delete(checkpoint, recursive: true);
        // Whatever else somebody has put there stays.
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    private static PullResult Result(string folder, HubRepository[] repositories, long bytes, string? downloads) => new(
        Path.GetFullPath(folder), bytes, [.. repositories.Select(static repository => new RepositoryResult(repository.Name, repository.Revision, repository.Bytes))], downloads is null ? null : Path.GetFullPath(downloads));
}
