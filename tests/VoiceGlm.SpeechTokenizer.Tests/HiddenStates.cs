using VoiceGlm.Audio;

namespace VoiceGlm.SpeechTokenizer.Tests;

/// <summary>What the encoder chooses tokens for.</summary>
internal static class HiddenStates
{
    /// <summary>Encodes a segment block by block.</summary>
    /// <returns>Shape [tokens, width].</returns>
    public static float[] Of(WhisperVqTokenizerFactory factory, float[] samples, bool padToSegment)
    {
        var numbers = factory.Numbers;
        var spectrogram = new SegmentSpectrogram(numbers, factory.Filters);
        using var encoder = new BlockEncoder(numbers, factory.Graph);
        int tokens = numbers.TokensOf(samples.Length);
        int length = (padToSegment ? numbers.TokensOf(numbers.SegmentSamples) : tokens) * numbers.SamplesPerToken();
        int frames = tokens * numbers.EncoderFramesPerToken;
        int valid = numbers.EncoderFramesOf(samples.Length);
        spectrogram.Append(samples);
        float floor = LogMelSpectrogram.Floor(spectrogram.End([], length, length / numbers.HopLength));
        int blockFrames = numbers.BlockFrames == 0 ? frames : numbers.BlockFrames;
        var hidden = new List<float>();
        float[] carry = [];
        for (int first = 0; first < frames; first += blockFrames)
        {
            int count = Math.Min(blockFrames, frames - first);
            var request = new BlockRequest(first, count, Math.Clamp(valid - first, 0, count), length / numbers.HopLength, floor, carry);
            carry = encoder.Encode(spectrogram, request, TestContext.Current.CancellationToken).Rest;
            hidden.AddRange(encoder.Hidden);
        }

        return [.. hidden];
    }
}
