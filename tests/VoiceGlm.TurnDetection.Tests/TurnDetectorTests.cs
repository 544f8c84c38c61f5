using static VoiceGlm.TurnDetection.Tests.Conversations;

namespace VoiceGlm.TurnDetection.Tests;

public sealed class TurnDetectorTests
{
    // A decision waits for the end of a window and of a frame, and the microphone is a hop late.
    private const int Frame = 320;
    private const int WindowSamples = TurnDetection.VoiceActivity.WindowSamples;
    private const int DecisionSamples = WindowSamples + 256 + Frame;
    private const double SpeechAt = 1;

    private static readonly SessionSettings s_fixedEnd = new() { EndSilence = TimeSpan.FromMilliseconds(600) };

    [Theory]
    [InlineData(Kinds.Network)]
    [InlineData(Kinds.Energy)]
    public void Utterance_begins_before_its_first_sound_and_ends_a_stated_silence_after_its_last(string kind)
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(kind, settings: s_fixedEnd);
        List<Said> said = Listen(detector, Utterance(), Frame);
        long speechBegin = (long)(SpeechAt * Sounds.Rate);
        long speechEnd = speechBegin + Sounds.Person().Length;

        Assert.Equal(TurnSignalKind.SpeechStarted, said[0].Kind);
        Assert.InRange(said[0].Position, speechBegin - 6_400, speechBegin);
        Assert.InRange(said[0].At, speechBegin, speechBegin + 4_800);

        Assert.Equal([TurnSignalKind.SpeechPaused, TurnSignalKind.SpeechStopped], said[^2..].Select(static signal => signal.Kind));
        Assert.Equal(said[^2].Position, said[^1].Position);
        Assert.InRange(said[^1].Position, speechEnd - 3_200, speechEnd + 3_200);
        Assert.InRange(said[^2].At - said[^2].Position, 3_200, 3_200 + DecisionSamples);
        Assert.InRange(said[^1].At - said[^1].Position, 9_600, 9_600 + DecisionSamples);
    }

    [Theory]
    [InlineData(Kinds.Network)]
    [InlineData(Kinds.Energy)]
    public void Signals_are_the_same_whatever_the_length_of_the_frames(string kind)
    {
        float[] microphone = [.. Utterance(), .. Sounds.Speech("speech_zh"), .. Sounds.Noise(1.5, -60)];
        using TurnDetector detector = Kinds.CreateTurnDetector(kind);
        (TurnSignalKind, long)[] expected = Said(160);
        Assert.True(expected.Length >= 4);
        Assert.Equal(expected, Said(320));
        Assert.Equal(expected, Said(1_600));
        Assert.Equal(expected, Said(1, 77, 513, 1_599, 0, 300));

        (TurnSignalKind, long)[] Said(params int[] frameLengths)
        {
            detector.Reset();
            return [.. Listen(detector, microphone, frameLengths).Select(static signal => (signal.Kind, signal.Position))];
        }
    }

    [Theory]
    [InlineData(Kinds.Network)]
    [InlineData(Kinds.Energy)]
    public void Second_session_equals_the_first_after_a_reset_and_in_a_new_detector(string kind)
    {
        float[] reply = Sounds.AtLevel(Sounds.Speech("speech_en"), -23);
        float[] others = [.. Sounds.Noise(2, -60), .. Utterance()];
        using TurnDetector detector = Kinds.CreateTurnDetector(kind);
        List<Said> first = Converse(detector, reply, Sounds.Echo(reply, 60, -12), 60, others);
        Assert.NotEmpty(first);
        detector.Reset();
        Assert.Equal(first, Converse(detector, reply, Sounds.Echo(reply, 60, -12), 60, others));
        using TurnDetector other = Kinds.CreateTurnDetector(kind);
        Assert.Equal(first, Converse(other, reply, Sounds.Echo(reply, 60, -12), 60, others));
    }

    [Fact]
    public void Positions_count_from_where_the_stream_is()
    {
        const long From = 1_000_000;
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy);
        List<Said> said = Listen(detector, Utterance(), Frame);
        using TurnDetector later = Kinds.CreateTurnDetector(Kinds.Energy);
        Assert.Equal(said.Select(static signal => signal.Position + From), ListenFrom(From, later, Utterance(), Frame).Select(static signal => signal.Position));
    }

    [Fact]
    public void Push_to_talk_is_one_utterance_whatever_pauses_it_has()
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy);
        Assert.Empty(Listen(detector, Sounds.Noise(1, -60), Frame));
        Assert.Equal(new TurnSignal(TurnSignalKind.SpeechStarted, 16_000 - 4_800), detector.SetPushToTalk(true));
        float[] pausing = [.. Sounds.Person(), .. Sounds.Noise(2, -60), .. Sounds.Person()];
        Assert.Empty(ListenFrom(16_000, detector, pausing, Frame));
        long now = 16_000 + pausing.Length;
        Assert.Equal(new TurnSignal(TurnSignalKind.SpeechStopped, now), detector.SetPushToTalk(false));
        Assert.Equal(TurnSignalKind.None, detector.SetPushToTalk(false).Kind);
    }

    [Fact]
    public void Push_to_talk_that_is_pressed_while_the_user_speaks_goes_on_with_the_utterance()
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy);
        float[] microphone = Utterance()[..(2 * Sounds.Rate)];
        Assert.Equal(TurnSignalKind.SpeechStarted, Listen(detector, microphone, Frame)[0].Kind);
        Assert.Equal(TurnSignalKind.None, detector.SetPushToTalk(true).Kind);
        Assert.Empty(ListenFrom(microphone.Length, detector, Sounds.Noise(2, -60), Frame));
        Assert.Equal(TurnSignalKind.SpeechStopped, detector.SetPushToTalk(false).Kind);
    }

    [Fact]
    public void Commit_ends_the_utterance_now_and_says_nothing_where_there_is_none()
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy);
        Assert.Equal(TurnSignalKind.None, detector.Commit().Kind);
        float[] microphone = Utterance()[..(2 * Sounds.Rate)];
        Assert.Equal(TurnSignalKind.SpeechStarted, Listen(detector, microphone, Frame)[^1].Kind);
        Assert.Equal(new TurnSignal(TurnSignalKind.SpeechStopped, microphone.Length), detector.Commit());
        Assert.Equal(TurnSignalKind.None, detector.Commit().Kind);
    }

    [Theory]
    [InlineData(Kinds.Network)]
    [InlineData(Kinds.Energy)]
    public void Muted_microphone_ends_no_utterance_and_an_opened_one_begins_none(string kind)
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(kind);
        float[] microphone = Utterance()[..(3 * Sounds.Rate)];
        Assert.Equal(TurnSignalKind.SpeechStarted, Listen(detector, microphone, Frame)[0].Kind);
        detector.SetMuted(true);
        Assert.Empty(ListenFrom(microphone.Length, detector, Sounds.Speech("speech_en"), Frame));
        detector.SetMuted(false);
        long opened = microphone.Length + Sounds.Speech("speech_en").Length;
        List<Said> said = ListenFrom(opened, detector, Sounds.Noise(4, -60), Frame);
        Assert.Equal([TurnSignalKind.SpeechPaused, TurnSignalKind.SpeechStopped], said.Select(static signal => signal.Kind));
    }

    [Theory]
    [InlineData(Kinds.Network)]
    [InlineData(Kinds.Energy)]
    public void Digital_silence_teaches_nothing_about_the_room(string kind)
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(kind);
        float[] microphone = [.. Sounds.Noise(2, -48), .. Sounds.Silence(3), .. Sounds.Noise(3, -48)];
        Assert.Empty(Listen(detector, microphone, Frame));
    }

    [Fact]
    public void Utterance_that_never_ends_is_ended()
    {
        var options = new TurnDetectionOptions { MaximumUtterance = TimeSpan.FromSeconds(2) };
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy, options);
        float[] microphone = [.. Sounds.Noise(1, -60), .. Sounds.Speech("speech_zh")];
        List<Said> said = Listen(detector, microphone, Frame).FindAll(static signal => signal.Kind is TurnSignalKind.SpeechStarted or TurnSignalKind.SpeechStopped);
        Assert.Equal(
            [TurnSignalKind.SpeechStarted, TurnSignalKind.SpeechStopped, TurnSignalKind.SpeechStarted, TurnSignalKind.SpeechStopped],
            said[..4].Select(static signal => signal.Kind));
        Assert.InRange(said[1].Position - said[0].Position, 32_000, 32_000 + WindowSamples);

        // What follows belongs to the next utterance, from the very sample.
        Assert.Equal(said[1].Position, said[2].Position);
    }

    [Theory]
    [InlineData(4_000)]
    [InlineData(100_000)]
    public void Frames_that_were_lost_count_as_time(int lost)
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy);
        float[] microphone = Utterance()[..(3 * Sounds.Rate)];
        Listen(detector, microphone, Frame);
        List<Said> said = ListenFrom(microphone.Length + lost, detector, Sounds.Noise(2, -60), Frame);
        Assert.Equal([TurnSignalKind.SpeechPaused, TurnSignalKind.SpeechStopped], said.Select(static signal => signal.Kind));
    }

    [Fact]
    public void Frames_of_another_rate_or_length_and_frames_that_go_back_are_refused()
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(Kinds.Energy);
        Assert.Throws<ArgumentException>(() => detector.Process(new AudioFrame(new float[320], SampleRate.Fullband, 0)));
        Assert.Throws<ArgumentException>(() => detector.Process(new AudioFrame(new float[1_601], SampleRate.Wideband, 0)));
        detector.Process(new AudioFrame(new float[320], SampleRate.Wideband, 0));
        Assert.Throws<ArgumentException>(() => detector.Process(new AudioFrame(new float[320], SampleRate.Wideband, 319)));
    }

    [Theory]
    [InlineData(Kinds.Energy, 0)]
    // ONNX Runtime's managed Run makes arrays of handles: about 600 bytes a window of 32 ms.
    [InlineData(Kinds.Network, 800)]
    public void Steady_state_allocates_nothing_of_its_own(string kind, int bytesPerWindow)
    {
        using TurnDetector detector = Kinds.CreateTurnDetector(kind);
        float[] reply = Sounds.Speech("speech_en");
        float[] microphone = Sounds.Noise(3, -50);
        Play(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Play(microphone.Length);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated / (microphone.Length / WindowSamples), 0, bytesPerWindow);

        void Play(long from)
        {
            for (int start = 0; start < microphone.Length; start += Frame)
            {
                detector.NotePlayout(new AudioFrame(reply.AsMemory(start, 441), SampleRate.Vocoder, start));
                detector.Process(new AudioFrame(microphone.AsMemory(start, Frame), SampleRate.Wideband, from + start));
            }
        }
    }

    private static float[] Utterance()
    {
        float[] microphone = Sounds.Noise(6, -60);
        Sounds.Add(Sounds.AtLevel(Sounds.Person(), -23), microphone, SpeechAt);
        return microphone;
    }
}
