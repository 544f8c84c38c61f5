// A spoken question in a WAV file, the spoken answer in another. See README.md.
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VoiceGlm;
using VoiceGlm.Audio;
using VoiceGlm.Conversation;

if (args is not [string question, string answer, ..])
{
    await Console.Error.WriteLineAsync("Expected the question's WAV file and the answer's.");
    return 2;
}

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddVoiceGlm();
using IHost host = builder.Build();
await host.StartAsync();
VoiceStages stages = await host.Services.GetRequiredService<IVoiceStagesSource>().GetAsync(CancellationToken.None);

WaveFile file = WaveFile.Read(question);
using ISpeechTokenizer tokenizer = stages.SpeechTokenizers.Create();
await tokenizer.AppendAsync(new AudioFrame(file.Channel(0), file.SampleRate, Position: 0), CancellationToken.None);
Utterance utterance = await tokenizer.CompleteAsync(CancellationToken.None);

await using ILanguageModelSession model = stages.LanguageModel.CreateSession();
await model.HearAsync(new SpeechTokenUpdate(0, utterance.Speech), CancellationToken.None);

using ISpeechDecoder decoder = stages.SpeechDecoders.Create();
var samples = new List<float>();
await foreach (ReplyPart part in model.ReplyAsync(CancellationToken.None))
{
    if (part is ReplyPart.Text words) Console.Write(words.Value);
    else if (part is ReplyPart.Speech speech && await decoder.AppendAsync(speech.Token, CancellationToken.None) is { } block) samples.AddRange(block.Samples.Span);
}

if (await decoder.CompleteAsync(CancellationToken.None) is { } rest) samples.AddRange(rest.Samples.Span);
SampleRate rate = stages.SpeechDecoders.OutputSampleRate;
WaveFile.WritePcm16(answer, CollectionsMarshal.AsSpan(samples), rate);
Console.WriteLine(FormattableString.Invariant($"{Environment.NewLine}{rate.DurationOf(samples.Count).TotalSeconds:F2} s of speech: {answer}"));
await host.StopAsync();
return 0;
