using System.CommandLine;
using System.Diagnostics;
using VoiceGlm.Audio;
using VoiceGlm.Inference;
using VoiceGlm.SpeechDecoder;

namespace VoiceGlm.Cli;

/// <summary><c>speak</c>: speech tokens to speech.</summary>
internal static class SpeakCommand
{
    public static Command Create(Terminal terminal)
    {
        var tokens = new Option<string>("--tokens")
        {
            Description = "File of speech tokens, or '-' for standard input: integers separated by white space or commas, or a JSON array.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string> output = SharedOptions.Output("The WAV file to write: 32-bit float.", "FILE.wav");
        var parity = new Option<string?>("--parity")
        {
            Description = "Split and join blocks as the official code does, with its seams: 'demo' (25, 50, 100, 150, 200), 'stream' or 'offline'.",
            HelpName = "HOW",
        };
        parity.AcceptOnlyFromAmong("demo", "stream", "offline");
        Option<string?> model = SharedOptions.Model();
        Option<int> threads = SharedOptions.Threads();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("speak", "Turn speech tokens into speech, block by block as a conversation does.") { tokens, output, parity, model, threads, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            int[] indices = IntegerList.Read(parsed.GetRequiredValue(tokens), terminal.Input);
            ModelFolder folder = await ModelChoice.OpenAsync(terminal, parsed.GetValue(model), cancellationToken);
            IntegerList.Require(indices, folder.Manifest.SpeechDecoder?.Flow.CodebookSize ?? int.MaxValue, "speech token");
            SpeechToken[] speech = [.. indices.Select(static index => new SpeechToken(index))];
            long start = Stopwatch.GetTimestamp();
            TimeSpan? first = null;
            var samples = new List<float>();
            SampleRate rate = default;
            if (parsed.GetValue(parity) is { } split)
            {
                using SpeechDecoderParity decoder = SpeechDecoderParity.Load(folder, SharedOptions.Graph(parsed, threads));
                rate = new SampleRate(folder.Manifest.SpeechDecoder!.SampleRate);
                start = Stopwatch.GetTimestamp();
                foreach (ParityCall call in decoder.Speak(speech, Enum.Parse<ParitySplit>(split, ignoreCase: true), cancellationToken)) samples.AddRange(call.Speech);
            }
            else
            {
                using var device = new InferenceDevice();
                using FlowSpeechDecoderFactory factory = FlowSpeechDecoderFactory.Load(folder, device, new SpeechDecoderOptions(), SharedOptions.Graph(parsed, threads));
                rate = factory.OutputSampleRate;
                using ISpeechDecoder decoder = factory.Create();
                start = Stopwatch.GetTimestamp();
                foreach (SpeechToken token in speech) Take(await decoder.AppendAsync(token, cancellationToken));
                Take(await decoder.CompleteAsync(cancellationToken));
            }

            void Take(AudioFrame? ready)
            {
                if (ready is not { } frame) return;
                first ??= Stopwatch.GetElapsedTime(start);
                samples.AddRange(frame.Samples.Span);
            }

            TimeSpan total = Stopwatch.GetElapsedTime(start);
            WaveFile.WriteFloat32(parsed.GetRequiredValue(output), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(samples), rate);
            var result = new SpeakResult(
                speech.Length, samples.Count, rate.Hertz, rate.DurationOf(samples.Count).TotalSeconds, (first ?? total).TotalMilliseconds, total.TotalMilliseconds);
            if (parsed.GetValue(json)) terminal.WriteJson(result, CliJsonContext.Default.SpeakResult);
            else terminal.Plain.WriteLine(FormattableString.Invariant($"{result.AudioSeconds:F2} s of speech in {result.TotalMs:F0} ms, the first after {result.FirstAudioMs:F0} ms: {parsed.GetRequiredValue(output)}"));
            return ExitCode.Success;
        });
        return command;
    }
}
