// Two callers at once, in one process and without a network. See README.md.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VoiceGlm;
using VoiceGlm.Audio;
using VoiceGlm.Conversation;

if (args is not [string question, ..])
{
    await Console.Error.WriteLineAsync("Expected the WAV file that both callers say.");
    return 2;
}

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddVoiceGlm();
using IHost host = builder.Build();
await host.StartAsync();
IVoiceConnectionHandler handler = host.Services.GetRequiredService<IVoiceConnectionHandler>();
await host.Services.GetRequiredService<IVoiceStagesSource>().GetAsync(CancellationToken.None);

float[] speech = ReadWideband(question);
await Task.WhenAll(CallAsync("Ann"), CallAsync("Bob"));
await host.StopAsync();
return 0;

async Task CallAsync(string name)
{
    await using var connection = new InMemoryConnection();
    Task conversation = handler.RunAsync(connection, new SessionSettings(), CancellationToken.None);
    using var answered = new CancellationTokenSource();
    Task speaking = SpeakAsync(connection, answered.Token);
    await foreach (VoiceEvent voiceEvent in connection.Events.ReadAllAsync())
    {
        if (voiceEvent is not VoiceEvent.TextDelta) Console.WriteLine($"{name}: {voiceEvent}");
        if (voiceEvent is not VoiceEvent.ResponseDone) continue;
        await answered.CancelAsync();
        break;
    }

    await speaking;
    connection.HangUp();
    await conversation;
}

// As a microphone does: 20 ms at a time, and silence when nothing is said.
async Task SpeakAsync(InMemoryConnection connection, CancellationToken answered)
{
    const int Frame = 320;
    using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
    for (int start = 0; !answered.IsCancellationRequested; start += Frame)
    {
        float[] frame = new float[Frame];
        if (start < speech.Length) speech.AsSpan(start..Math.Min(start + Frame, speech.Length)).CopyTo(frame);
        connection.Speak(frame);
        await clock.WaitForNextTickAsync(CancellationToken.None);
    }
}

static float[] ReadWideband(string path)
{
    WaveFile file = WaveFile.Read(path);
    var resampler = new Resampler(file.SampleRate, SampleRate.Wideband);
    float[] samples = new float[resampler.OutputCapacity(file.SampleCount)];
    int count = resampler.Process(file.Channel(0).Span, samples);
    return samples[..count];
}
