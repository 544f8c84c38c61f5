using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using VoiceGlm.Audio;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;
using VoiceGlm.SpeechDecoder;
using VoiceGlm.SpeechTokenizer;

namespace VoiceGlm.Cli;

/// <summary><c>talk</c>: a spoken question in, a spoken answer out: every stage, streaming.</summary>
internal static class TalkCommand
{
    public static Command Create(Terminal terminal)
    {
        var question = new Argument<string>("question") { Description = "A WAV file of any rate; its first channel is heard." };
        Option<string> output = SharedOptions.Output("The WAV file that receives the answer: 32-bit float.", "FILE.wav");
        var systemPrompt = new Option<string?>("--system-prompt") { Description = "What the model is told first, instead of what it was trained with.", HelpName = "TEXT" };
        var sampling = new SamplingFlags();
        Option<string?> model = SharedOptions.Model();
        Option<int?> chunk = SharedOptions.ChunkMilliseconds();
        Option<int> threads = SharedOptions.Threads();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("talk", "Answer a spoken question: speech in, speech and text out.") { question, output, systemPrompt, model, chunk, threads, json };
        sampling.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            List<AudioFrame> frames = AudioFrames.Read(parsed.GetRequiredValue(question), parsed.GetValue(chunk));
            ModelFolder folder = await ModelChoice.OpenAsync(terminal, parsed.GetValue(model), cancellationToken);
            GraphOptions graph = SharedOptions.Graph(parsed, threads);
            using var device = new InferenceDevice();
            using WhisperVqTokenizerFactory tokenizers = WhisperVqTokenizerFactory.Load(folder, device, graph);
            using GlmVoiceModel language = GlmVoiceModel.Load(folder, device, new LanguageModelOptions
            {
                MaxSessions = 1,
                Graph = graph,
                Sampling = sampling.Sampling(parsed),
                MaxNewTokens = sampling.MaxNewTokens(parsed),
            });
            using FlowSpeechDecoderFactory decoders = FlowSpeechDecoderFactory.Load(folder, device, new SpeechDecoderOptions(), graph);

            // Heard as it is spoken: what is final is read by the language model at once.
            using ISpeechTokenizer tokenizer = tokenizers.Create();
            await using ILanguageModelSession session = language.CreateSession(new SessionSettings { SystemPrompt = parsed.GetValue(systemPrompt) });
            int told = 0;
            foreach (AudioFrame frame in frames)
            {
                if (await tokenizer.AppendAsync(frame, cancellationToken) is not { } update) continue;
                await session.HearAsync(update, cancellationToken);
                told = update.FirstIndex + update.Tokens.Length;
            }

            long ended = Stopwatch.GetTimestamp();
            Utterance utterance = await tokenizer.CompleteAsync(cancellationToken);
            await session.HearAsync(new SpeechTokenUpdate(told, utterance.Speech[told..]), cancellationToken);

            TimeSpan? first = null;
            var text = new StringBuilder();
            var samples = new List<float>();
            int speechTokens = 0;
            bool machine = parsed.GetValue(json);
            using ISpeechDecoder decoder = decoders.Create();
            await foreach (ReplyPart part in session.ReplyAsync(cancellationToken))
            {
                if (part is ReplyPart.Text words)
                {
                    text.Append(words.Value);
                    if (!machine) terminal.WriteWords(words.Value);
                }
                else if (part is ReplyPart.Speech speech)
                {
                    speechTokens++;
                    Take(await decoder.AppendAsync(speech.Token, cancellationToken));
                }
            }

            Take(await decoder.CompleteAsync(cancellationToken));

            void Take(AudioFrame? ready)
            {
                if (ready is not { } frame) return;
                first ??= Stopwatch.GetElapsedTime(ended);
                samples.AddRange(frame.Samples.Span);
            }

            TimeSpan total = Stopwatch.GetElapsedTime(ended);
            SampleRate rate = decoders.OutputSampleRate;
            WaveFile.WriteFloat32(parsed.GetRequiredValue(output), CollectionsMarshal.AsSpan(samples), rate);
            var result = new TalkResult(
                text.ToString(), speechTokens, rate.DurationOf(samples.Count).TotalSeconds, first?.TotalMilliseconds, total.TotalMilliseconds, utterance.Speech.Length);
            if (machine) terminal.WriteJson(result, CliJsonContext.Default.TalkResult);
            else terminal.Plain.WriteLine(Summary(result, parsed.GetRequiredValue(output)));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Summary(TalkResult result, string output) => FormattableString.Invariant(
        $"{Environment.NewLine}Heard {result.HeardTokens} speech tokens; answered {result.SpeechTokens}, {result.AudioSeconds:F2} s of speech, the first {result.FirstAudioMs ?? 0:F0} ms after the question: {output}");
}
