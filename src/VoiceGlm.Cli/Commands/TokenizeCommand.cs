using System.CommandLine;
using VoiceGlm.Inference;
using VoiceGlm.SpeechTokenizer;

namespace VoiceGlm.Cli;

/// <summary><c>tokenize</c>: speech to speech tokens.</summary>
internal static class TokenizeCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("file") { Description = "A WAV file of any rate; its first channel is heard." };
        Option<string?> model = SharedOptions.Model();
        Option<int?> chunk = SharedOptions.ChunkMilliseconds();
        Option<int> threads = SharedOptions.Threads();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("tokenize", "Turn speech into speech tokens, 12.5 a second.") { file, model, chunk, threads, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            List<AudioFrame> frames = AudioFrames.Read(parsed.GetRequiredValue(file), parsed.GetValue(chunk));
            ModelFolder folder = await ModelChoice.OpenAsync(terminal, parsed.GetValue(model), cancellationToken);
            using var device = new InferenceDevice();
            using WhisperVqTokenizerFactory factory = WhisperVqTokenizerFactory.Load(folder, device, SharedOptions.Graph(parsed, threads));
            using ISpeechTokenizer tokenizer = factory.Create();
            foreach (AudioFrame frame in frames) await tokenizer.AppendAsync(frame, cancellationToken);
            Utterance utterance = await tokenizer.CompleteAsync(cancellationToken);

            int[] tokens = [.. utterance.Speech.ToArray().Select(static token => token.CodebookIndex)];
            if (parsed.GetValue(json)) terminal.WriteJson(new TokenizeResult(tokens), CliJsonContext.Default.TokenizeResult);
            else terminal.Plain.WriteLine(string.Join(' ', tokens));
            return ExitCode.Success;
        });
        return command;
    }
}
