namespace VoiceGlm.TurnDetection.Tests;

/// <summary>Plays sound into a turn detector and keeps what it says.</summary>
internal static class Conversations
{
    /// <summary>A signal and the sample after the frame that it was said at.</summary>
    public sealed record Said(TurnSignalKind Kind, long Position, long At);

    /// <summary>The microphone in frames of the given lengths, over and over.</summary>
    public static List<Said> Listen(TurnDetector detector, float[] microphone, params int[] frameLengths) =>
        ListenFrom(0, detector, microphone, frameLengths);

    /// <summary>The same, from a place of the microphone's stream.</summary>
    public static List<Said> ListenFrom(long from, TurnDetector detector, float[] microphone, params int[] frameLengths)
    {
        var said = new List<Said>();
        int next = 0;
        for (int start = 0; start < microphone.Length;)
        {
            int length = Math.Min(frameLengths[next++ % frameLengths.Length], microphone.Length - start);
            TurnSignal signal = detector.Process(new AudioFrame(microphone.AsMemory(start, length), SampleRate.Wideband, from + start));
            start += length;
            if (signal.Kind != TurnSignalKind.None) said.Add(new Said(signal.Kind, signal.Position, from + start));
        }

        return said;
    }

    /// <summary>
    /// A reply that sounds while the microphone hears: played softly while an interruption is suspected, no more when it is certain.
    /// </summary>
    /// <param name="detector">The detector.</param>
    /// <param name="reply">What is played, 16 kHz.</param>
    /// <param name="echo">What the microphone hears of it, at full volume.</param>
    /// <param name="delayMilliseconds">Delay of the echo.</param>
    /// <param name="others">What else the microphone hears; its length is the whole length.</param>
    /// <param name="volume">A volume control of the far side, which the detector does not see.</param>
    public static List<Said> Converse(
        TurnDetector detector, float[] reply, float[] echo, int delayMilliseconds, float[] others, Func<int, float>? volume = null)
    {
        const int Frame = 320;
        const float Ducked = 0.3f;
        int delay = delayMilliseconds * Sounds.Rate / 1_000;
        var said = new List<Said>();
        var gains = new float[others.Length];
        var played = new float[others.Length];
        var heard = new float[others.Length];
        float gain = 1;
        for (int start = 0; start + Frame <= others.Length; start += Frame)
        {
            for (int i = start; i < start + Frame; i++)
            {
                gains[i] = gain;
                played[i] = i < reply.Length ? gain * reply[i] : 0;
                float echoed = i < echo.Length && i >= delay ? gains[i - delay] * echo[i] * (volume?.Invoke(i) ?? 1) : 0;
                heard[i] = others[i] + echoed;
            }

            if (gain > 0 && start < reply.Length) detector.NotePlayout(new AudioFrame(played.AsMemory(start, Frame), SampleRate.Wideband, start));
            TurnSignal signal = detector.Process(new AudioFrame(heard.AsMemory(start, Frame), SampleRate.Wideband, start));
            if (signal.Kind == TurnSignalKind.None) continue;
            said.Add(new Said(signal.Kind, signal.Position, start + Frame));
            gain = signal.Kind switch
            {
                TurnSignalKind.InterruptionSuspected => Ducked,
                TurnSignalKind.InterruptionDismissed => 1,
                TurnSignalKind.SpeechStarted => 0,
                _ => gain,
            };
        }

        return said;
    }
}
