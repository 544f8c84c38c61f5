using System.CommandLine;
using System.Diagnostics;
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

            await using ILanguageModelSession session = language.CreateSession(new SessionSettings { SystemPrompt = parsed.GetValue(systemPrompt) });
            bool machine = parsed.GetValue(json);
            (int heard, long ended) = await SpokenTurn.HearAsync(tokenizers, session, frames, cancellationToken);
            SpokenAnswer answer = await SpokenTurn.AnswerAsync(session, decoders, ended, machine ? null : terminal.WriteWords, cancellationToken);
            TimeSpan total = Stopwatch.GetElapsedTime(ended);
            SampleRate rate = decoders.OutputSampleRate;
            WaveFile.WriteFloat32(parsed.GetRequiredValue(output), answer.Sound, rate);
            var result = new TalkResult(
                answer.Text, answer.SpeechTokens, rate.DurationOf(answer.Samples.Count).TotalSeconds, answer.FirstAudio?.TotalMilliseconds, total.TotalMilliseconds, heard);
            if (machine) terminal.WriteJson(result, CliJsonContext.Default.TalkResult);
            else terminal.Plain.WriteLine(Summary(result, parsed.GetRequiredValue(output)));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Summary(TalkResult result, string output) => FormattableString.Invariant(
        $"{Environment.NewLine}Heard {result.HeardTokens} speech tokens; answered {result.SpeechTokens}, {result.AudioSeconds:F2} s of speech, the first {result.FirstAudioMs ?? 0:F0} ms after the question: {output}");
}
