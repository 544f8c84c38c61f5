using System.Threading.Channels;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>Tones to say, and to know again.</summary>
internal static class Tones
{
    /// <summary>A sine.</summary>
    public static float[] Make(double hertz, TimeSpan duration, SampleRate rate)
    {
        float[] samples = new float[rate.SamplesIn(duration)];
        for (int i = 0; i < samples.Length; i++) samples[i] = 0.5f * (float)Math.Sin(2 * Math.PI * hertz * i / rate.Hertz);
        return samples;
    }

    /// <summary>The share of the energy that a frequency has, from 0 to 1 (Goertzel).</summary>
    public static double Share(ReadOnlySpan<float> samples, double hertz, SampleRate rate)
    {
        double coefficient = 2 * Math.Cos(2 * Math.PI * hertz / rate.Hertz), one = 0, two = 0, energy = 0;
        foreach (float sample in samples)
        {
            (one, two) = (sample + (coefficient * one) - two, one);
            energy += sample * sample;
        }

        return energy < 1e-3 ? 0 : 2 * ((one * one) + (two * two) - (coefficient * one * two)) / (energy * samples.Length);
    }

    /// <summary>The longest time that a tone is heard in one go, looked at each 20 ms.</summary>
    public static TimeSpan Longest(ReadOnlySpan<float> samples, double hertz, SampleRate rate)
    {
        int frame = rate.SamplesIn(TimeSpan.FromMilliseconds(20)), run = 0, longest = 0;
        for (int start = 0; start + frame <= samples.Length; start += frame)
        {
            run = Share(samples.Slice(start, frame), hertz, rate) > 0.8 ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return TimeSpan.FromMilliseconds(20 * longest);
    }

    /// <summary>Says a tone as a reply, to its end.</summary>
    public static async Task SayAsync(this IVoiceConnection connection, TurnId turn, double hertz, TimeSpan duration, CancellationToken cancellationToken)
    {
        await connection.PlayAsync(turn, new AudioFrame(Make(hertz, duration, SampleRate.Vocoder), SampleRate.Vocoder, 0), cancellationToken);
        await connection.DrainAsync(turn, cancellationToken);
    }

    /// <summary>Listens until a tone was heard for a time.</summary>
    public static async Task HearAsync(this IVoiceConnection connection, double hertz, TimeSpan duration, CancellationToken cancellationToken)
    {
        TimeSpan heard = TimeSpan.Zero;
        await foreach (AudioFrame frame in connection.Microphone.ReadAllAsync(cancellationToken))
        {
            // A packet that came late is no end of the tone.
            heard += Share(frame.Samples.Span, hertz, frame.SampleRate) > 0.8 ? frame.Duration : TimeSpan.Zero;
            if (heard >= duration) return;
        }

        throw new ChannelClosedException($"The call ended when {hertz} Hz had been heard for {heard}.");
    }
}
