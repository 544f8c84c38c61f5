using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechTokenizer.Tests;

public sealed class HiddenStateTests(PublishedModel model) : IClassFixture<PublishedModel>
{
    public static TheoryData<string> Recordings => [.. PublishedModel.RecordingNames];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Hidden_states_before_the_codebook_equal_the_reference(string name)
    {
        // Shape [segment, token, width]; the tokens of a short last segment are followed by those of its padding.
        Npy<float> expected = Npy.Read<float>("tokenizer", "hidden_pre_vq", name + ".npy");
        SpeechTokenizerManifest numbers = model.Factory.Numbers;
        float[] samples = PublishedModel.Resampled(name);
        for (int segment = 0; segment < expected.Shape[0]; segment++)
        {
            float[] part = samples[(segment * numbers.SegmentSamples)..Math.Min(samples.Length, (segment + 1) * numbers.SegmentSamples)];
            float[] hidden = HiddenStates.Of(model.Factory, part, padToSegment: expected.Shape[0] > 1);
            Close.Equal(expected.Values.AsSpan(segment * expected.Shape[1] * expected.Shape[2], hidden.Length), hidden, 5e-5);
        }
    }
}
