using VoiceGlm.Audio;

namespace VoiceGlm.Cli;

/// <summary>A WAV file as a microphone would give it.</summary>
internal static class AudioFrames
{
    /// <summary>Reads the first channel of a WAV file, as the reference does, in frames of the wanted length.</summary>
    /// <param name="path">The file.</param>
    /// <param name="chunkMilliseconds">Length of a frame, or <see langword="null"/> for one frame of all.</param>
    /// <exception cref="InvalidDataException">The file is no WAV file that can be read.</exception>
    public static List<AudioFrame> Read(string path, int? chunkMilliseconds)
    {
        WaveFile file = WaveFile.Read(path);
        ReadOnlyMemory<float> samples = file.Channel(0);
        int length = chunkMilliseconds is { } milliseconds
            ? Math.Max(1, file.SampleRate.SamplesIn(TimeSpan.FromMilliseconds(milliseconds)))
            : Math.Max(1, samples.Length);
        var frames = new List<AudioFrame>();
        for (int start = 0; start < samples.Length; start += length)
        {
            frames.Add(new AudioFrame(samples.Slice(start, Math.Min(length, samples.Length - start)), file.SampleRate, start));
        }

        return frames;
    }
}
