using System.Globalization;
using static VoiceGlm.TurnDetection.Tests.Conversations;

namespace VoiceGlm.TurnDetection.Tests;

/// <summary>What stops a reply that sounds, and what does not. Rooms, echoes and a person are mixed here.</summary>
public sealed class InterruptionTests(ITestOutputHelper output)
{
    private const double ReplyDb = -23;
    private const double PersonAt = 5.5;
    private const double LongEnough = 2.5;

    /// <summary>The whole grid: echo level × delay × person level. With the network nothing may go wrong but for the softest person over the softest echo.</summary>
    [Theory]
    [InlineData(Kinds.Network, 0.95)]
    [InlineData(Kinds.Energy, 0.7)]
    public void Person_interrupts_and_echo_does_not(string kind, double leastRecall)
    {
        float[] reply = Reply();
        int interrupted = 0;
        int missed = 0;
        int falselyInterrupted = 0;
        int falselySuspected = 0;
        double heardSeconds = 0;
        output.WriteLine("| echo dB | delay ms | person dB over echo | suspected after ms | stopped after ms |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (int echoDb in (int[])[-20, -12, -6])
        {
            foreach (int delay in (int[])[20, 150, 300])
            {
                float[] echo = Sounds.Echo(reply, delay, echoDb);
                foreach (int? personDb in (int?[])[null, -6, 0, 6])
                {
                    using TurnDetector detector = Kinds.CreateTurnDetector(kind);
                    float[] others = Sounds.Noise(9, -60);
                    if (personDb is { } level) Sounds.Add(Sounds.AtLevel(Sounds.Person(), ReplyDb + echoDb + level), others, PersonAt);
                    List<Said> said = Converse(detector, reply, echo, delay, others);
                    double begins = personDb is null ? double.PositiveInfinity : PersonAt * Sounds.Rate;
                    Said? stopped = said.Find(static signal => signal.Kind == TurnSignalKind.SpeechStarted);
                    Said? suspected = said.Find(signal => signal.Kind == TurnSignalKind.InterruptionSuspected && signal.At > begins);
                    falselySuspected += said.Count(signal => signal.Kind == TurnSignalKind.InterruptionSuspected && signal.At <= begins);
                    heardSeconds += Math.Min(begins, others.Length) / Sounds.Rate;
                    if (stopped?.At <= begins) falselyInterrupted++;
                    else if (stopped?.At < begins + (LongEnough * Sounds.Rate)) interrupted++;
                    else if (personDb is not null) missed++;
                    output.WriteLine($"| {echoDb} | {delay} | {(personDb is null ? "–" : personDb)} | {After(suspected, begins)} | {After(stopped, begins)} |");
                }
            }
        }

        double recall = interrupted / (double)(interrupted + missed);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{kind}: precision {interrupted / (double)(interrupted + falselyInterrupted):P0}, recall {recall:P0}; {falselyInterrupted} false interruptions and {falselySuspected} false suspicions in {heardSeconds:F0} s of echo alone."));
        Assert.Equal(0, falselyInterrupted);
        Assert.InRange(falselySuspected, 0, 2);
        Assert.InRange(recall, leastRecall, 1);

        static string After(Said? signal, double begins) =>
            signal is null || double.IsInfinity(begins) ? "–" : ((signal.At - begins) * 1_000 / Sounds.Rate).ToString("F0", CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(Kinds.Network)]
    [InlineData(Kinds.Energy)]
    public void Interruption_without_any_echo_is_suspected_at_once_and_confirmed_soon(string kind)
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(kind);
        List<Said> said = Converse(detector, Reply(), [], 0, WithPerson(ReplyDb));
        Assert.Equal([TurnSignalKind.InterruptionSuspected, TurnSignalKind.SpeechStarted], said[..2].Select(static signal => signal.Kind));
        const int PersonAtSample = (int)(PersonAt * Sounds.Rate);
        Assert.InRange(said[0].At - PersonAtSample, 0, 0.16 * Sounds.Rate);
        Assert.InRange(said[1].At - PersonAtSample, 0, 0.6 * Sounds.Rate);
        Assert.InRange(said[1].Position, PersonAtSample - 6_400, PersonAtSample);
    }

    [Theory]
    [InlineData(Kinds.Network, 0.12)]
    [InlineData(Kinds.Network, 0.25)]
    [InlineData(Kinds.Energy, 0.12)]
    [InlineData(Kinds.Energy, 0.25)]
    public void Cough_and_short_assent_do_not_stop_the_reply(string kind, double seconds)
    {
        float[] reply = Reply();
        float[] echo = Sounds.Echo(reply, 100, -15);
        float[] assent = Sounds.AtLevel(Sounds.Person()[4_000..(4_000 + (int)(seconds * Sounds.Rate))], -30);
        foreach (float[] sound in (float[][])[Sounds.Cough(seconds, -30), assent])
        {
            using TurnDetector detector = Kinds.CreateTurnDetector(kind);
            float[] others = Sounds.Noise(8, -60);
            Sounds.Add(sound, others, PersonAt);
            List<Said> said = Converse(detector, reply, echo, 100, others);
            Assert.DoesNotContain(said, static signal => signal.Kind == TurnSignalKind.SpeechStarted);
            Assert.Equal(
                said.Count(static signal => signal.Kind == TurnSignalKind.InterruptionSuspected),
                said.Count(static signal => signal.Kind == TurnSignalKind.InterruptionDismissed));
        }
    }

    [Fact]
    public void Short_assent_is_suspected_and_then_dismissed()
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy);
        float[] others = Sounds.Noise(8, -60);
        Sounds.Add(Sounds.AtLevel(Sounds.Person()[4_000..7_500], -30), others, PersonAt);
        float[] reply = Reply();
        List<Said> said = Converse(detector, reply, Sounds.Echo(reply, 100, -15), 100, others);
        Assert.Equal([TurnSignalKind.InterruptionSuspected, TurnSignalKind.InterruptionDismissed], said.Select(static signal => signal.Kind));
        Assert.InRange(said[1].At - said[0].At, 0, 0.8 * Sounds.Rate);
    }

    [Theory]
    [InlineData(Kinds.Network)]
    [InlineData(Kinds.Energy)]
    public void Volume_that_is_turned_up_does_not_stop_the_reply(string kind)
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(kind);
        float[] reply = Reply();
        List<Said> said = Converse(
            detector, reply, Sounds.Echo(reply, 100, -12), 100, Sounds.Noise(9, -60), static sample => sample < 4 * Sounds.Rate ? 1 : 2);
        Assert.DoesNotContain(said, static signal => signal.Kind == TurnSignalKind.SpeechStarted);
    }

    [Theory]
    [InlineData(Kinds.Network)]
    [InlineData(Kinds.Energy)]
    public void Microphone_that_is_opened_during_the_reply_does_not_stop_it(string kind)
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(kind);
        float[] reply = Reply();
        float[] echo = Sounds.Echo(reply, 100, -10);
        Array.Clear(echo, 2 * Sounds.Rate, 3 * Sounds.Rate);
        float[] others = Sounds.Noise(9, -60);
        Array.Clear(others, 2 * Sounds.Rate, 3 * Sounds.Rate);
        Assert.DoesNotContain(Converse(detector, reply, echo, 100, others), static signal => signal.Kind == TurnSignalKind.SpeechStarted);
    }

    [Theory]
    [InlineData(Kinds.Network)]
    [InlineData(Kinds.Energy)]
    public void First_words_of_the_first_reply_do_not_stop_it_however_loud_their_echo(string kind)
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(kind);
        float[] reply = Reply();
        List<Said> said = Converse(detector, reply, Sounds.Echo(reply, 200, 0), 200, Sounds.Noise(4, -60));
        Assert.DoesNotContain(said, static signal => signal.Kind == TurnSignalKind.SpeechStarted);
    }

    [Fact]
    public void Guard_puts_off_the_confirmation_and_not_the_suspicion()
    {
        var options = new TurnDetectionOptions { EchoGuard = TimeSpan.FromSeconds(9) };
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy, options);
        List<Said> said = Converse(detector, Reply(), [], 0, WithPerson(ReplyDb)[..(8 * Sounds.Rate)]);
        Assert.Contains(said, static signal => signal.Kind == TurnSignalKind.InterruptionSuspected);
        Assert.DoesNotContain(said, static signal => signal.Kind == TurnSignalKind.SpeechStarted);
    }

    [Fact]
    public void Session_that_allows_no_interruption_is_not_interrupted()
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy, settings: new SessionSettings { AllowInterruption = false });
        Assert.Empty(Converse(detector, Reply(), [], 0, WithPerson(ReplyDb)));
    }

    [Fact]
    public void Person_who_speaks_when_the_reply_has_ended_starts_an_utterance()
    {
        float[] reply = Reply()[..(4 * Sounds.Rate)];
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy);
        List<Said> said = Converse(detector, reply, Sounds.Echo(reply, 100, -12), 100, WithPerson(-30));
        Assert.Equal(TurnSignalKind.SpeechStarted, said[0].Kind);
        Assert.InRange(said[0].At, PersonAt * Sounds.Rate, (PersonAt + 0.4) * Sounds.Rate);
    }

    private static float[] Reply() => Sounds.AtLevel([.. Sounds.Speech("speech_7p3s"), .. Sounds.Speech("speech_en")], ReplyDb);

    private static float[] WithPerson(double levelDb)
    {
        float[] others = Sounds.Noise(9, -60);
        Sounds.Add(Sounds.AtLevel(Sounds.Person(), levelDb), others, PersonAt);
        return others;
    }
}
