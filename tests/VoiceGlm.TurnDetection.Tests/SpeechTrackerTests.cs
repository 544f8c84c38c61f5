namespace VoiceGlm.TurnDetection.Tests;

/// <summary>The rules of turn-taking, on windows that are made up.</summary>
public sealed class SpeechTrackerTests
{
    private const int WindowSamples = TurnDetection.VoiceActivity.WindowSamples;

    private readonly SpeechTracker _tracker = new(new TurnTiming(new TurnDetectionOptions(), new SessionSettings()));
    private long _position;

    [Fact]
    public void Click_begins_no_utterance()
    {
        for (int i = 0; i < 20; i++)
        {
            Assert.Empty(Hear(0.9f, 2));
            Assert.Empty(Hear(0, 1));
        }
    }

    [Fact]
    public void Probability_between_the_thresholds_keeps_an_utterance_and_begins_none()
    {
        Assert.Empty(Hear(0.4f, 100));
        Assert.Equal(TurnSignalKind.SpeechStarted, Assert.Single(Hear(0.9f, 5)).Kind);
        Assert.Empty(Hear(0.4f, 100));
        Assert.Equal([TurnSignalKind.SpeechPaused, TurnSignalKind.SpeechStopped], Hear(0.3f, 100).Select(static signal => signal.Kind));
    }

    [Fact]
    public void Speech_that_goes_on_after_a_short_pause_is_one_utterance()
    {
        Hear(0.9f, 20);
        long end = _position;
        Assert.Equal(new TurnSignal(TurnSignalKind.SpeechPaused, end), Assert.Single(Hear(0, 10)));
        long again = _position;
        Assert.Equal(new TurnSignal(TurnSignalKind.SpeechResumed, again), Assert.Single(Hear(0.9f, 10)));
    }

    [Fact]
    public void Click_in_a_pause_neither_resumes_nor_prolongs_it()
    {
        Hear(0.9f, 20);
        long end = _position;
        List<TurnSignal> said = [.. Hear(0, 10), .. Hear(0.9f, 1), .. Hear(0, 30)];
        Assert.Equal([new TurnSignal(TurnSignalKind.SpeechPaused, end), new TurnSignal(TurnSignalKind.SpeechStopped, end)], said);
    }

    [Fact]
    public void End_waits_longer_for_a_speaker_who_pauses_long_and_less_for_one_who_does_not()
    {
        Assert.Equal(9_600, _tracker.EndSilence);
        Hear(0.9f, 20);
        for (int i = 0; i < 8; i++)
        {
            Hear(0, 17);
            Hear(0.9f, 20);
        }

        Assert.InRange(_tracker.EndSilence, 14_000, 19_200);
        for (int i = 0; i < 60; i++)
        {
            Hear(0, 8);
            Hear(0.9f, 20);
        }

        Assert.InRange(_tracker.EndSilence, 7_200, 8_000);
    }

    [Fact]
    public void User_who_was_cut_off_is_waited_for_the_next_time()
    {
        Hear(0.9f, 20);
        Assert.Equal(TurnSignalKind.SpeechStopped, Hear(0, 22)[^1].Kind);
        Hear(0.9f, 20);
        Assert.InRange(_tracker.EndSilence, 12_000, 19_200);
    }

    [Fact]
    public void Silence_that_the_session_names_does_not_adapt()
    {
        var tracker = new SpeechTracker(new TurnTiming(new TurnDetectionOptions(), new SessionSettings { EndSilence = TimeSpan.FromSeconds(2) }));
        for (int i = 0; i < 400; i++) tracker.Hear(Window(i, i % 30 < 20 ? 0.9f : 0));
        Assert.Equal(32_000, tracker.EndSilence);
    }

    [Fact]
    public void Pre_roll_does_not_reach_into_the_utterance_before()
    {
        Hear(0.9f, 20);
        TurnSignal stopped = Hear(0, 19)[^1];
        Assert.Equal(TurnSignalKind.SpeechStopped, stopped.Kind);
        Hear(0, 1);
        TurnSignal started = Hear(0.9f, 5)[0];
        Assert.Equal(TurnSignalKind.SpeechStarted, started.Kind);
        Assert.InRange(started.Position, stopped.Position, _position);
    }

    [Fact]
    public void Every_dismissal_makes_the_next_suspicion_need_more()
    {
        var needed = new List<int>();
        for (int burst = 0; burst < 3; burst++)
        {
            int windows = 0;
            while (Hear(0.9f, 1, isSounding: true).Count == 0) windows++;
            needed.Add(windows + 1);
            Assert.Equal(TurnSignalKind.InterruptionDismissed, Assert.Single(Hear(0, 20, isSounding: true)).Kind);
        }

        Assert.Equal([2, 4, 6], needed);
    }

    private List<TurnSignal> Hear(float probability, int windows, bool isSounding = false)
    {
        var said = new List<TurnSignal>();
        for (int i = 0; i < windows; i++)
        {
            TurnSignal signal = _tracker.Hear(Window(_position / WindowSamples, probability, isSounding));
            _position += WindowSamples;
            if (signal.Kind != TurnSignalKind.None) said.Add(signal);
        }

        return said;
    }

    private static SpeechWindow Window(long index, float probability, bool isSounding = false) =>
        new(index * WindowSamples, (index + 1) * WindowSamples, probability, isSounding, Excess: 1, EchoLearned: 1_000_000, Muted: false);
}
