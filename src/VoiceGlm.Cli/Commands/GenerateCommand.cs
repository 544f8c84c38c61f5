using System.CommandLine;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Cli;

/// <summary><c>generate</c>: the language model by itself.</summary>
internal static class GenerateCommand
{
    public static Command Create(Terminal terminal)
    {
        var promptIds = new Option<string?>("--prompt-ids")
        {
            Description = "File of the prompt's token ids, or '-' for standard input: integers separated by white space or commas, or a JSON array.",
            HelpName = "FILE",
        };
        var text = new Option<string?>("--text") { Description = "What the user writes: a first turn, with the prompt that the model was trained on.", HelpName = "TEXT" };
        var sampling = new SamplingFlags();
        Option<string?> model = SharedOptions.Model();
        Option<int> threads = SharedOptions.Threads();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("generate", "Continue a prompt in interleaved text and speech tokens.") { promptIds, text, model, threads, json };
        sampling.AddTo(command);
        command.Validators.Add(result =>
        {
            if ((result.GetResult(promptIds) is null) == (result.GetResult(text) is null)) result.AddError("Give the prompt by either '--prompt-ids' or '--text'.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            int[]? ids = parsed.GetValue(promptIds) is { } path ? IntegerList.Read(path, terminal.Input) : null;
            ModelFolder folder = await ModelChoice.OpenAsync(terminal, parsed.GetValue(model), cancellationToken);
            if (ids is not null) IntegerList.Require(ids, folder.Manifest.LanguageModel?.VocabularySize ?? int.MaxValue, "token id");
            using var device = new InferenceDevice();
            var options = new LanguageModelOptions { MaxSessions = 1, Graph = SharedOptions.Graph(parsed, threads) };
            using GlmVoiceModel language = GlmVoiceModel.Load(folder, device, options);
            TokenId[] prompt = ids is null
                ? [.. language.Prompts.Begin(InputMode.Text), .. language.Prompts.TextTurn(parsed.GetValue(text)!)]
                : [.. ids.Select(static id => new TokenId(id))];
            bool machine = parsed.GetValue(json);
            var generated = new List<int>();
            var reply = new ReplyText(language);
            await foreach (TokenId id in language.GenerateAsync(prompt, sampling.Sampling(parsed), sampling.MaxNewTokens(parsed), cancellationToken))
            {
                generated.Add(id.Value);
                string words = reply.Append(id);
                if (!machine) terminal.WriteWords(words);
            }

            if (machine) terminal.WriteJson(new GenerateResult([.. generated], reply.Text, [.. reply.Speech]), CliJsonContext.Default.GenerateResult);
            else terminal.Plain.WriteLine($"{Environment.NewLine}speech: {string.Join(' ', reply.Speech)}");
            return ExitCode.Success;
        });
        return command;
    }
}
