using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>How far a HiFT vocoder looks, derived from its configuration: what lets a window of it equal the whole.</summary>
internal static class HiftContext
{
    /// <summary>The mel frames that each stage needs before and after the frames that are voiced.</summary>
    /// <remarks>
    /// The samples of frame 0 onwards, and those up to its beginning, are followed back through the layers: each says from which
    /// index to which it reads. Where a stage's source reaches further than its input, both are kept as far as the source.
    /// </remarks>
    public static FrameContext[] OfStages(HiftConfiguration hift, int firstKernel, int lastKernel)
    {
        var contexts = new FrameContext[hift.Stages];
        int centre = hift.TransformLength / 2;
        // Columns of the inverse transform that overlap sample 0 and sample −1.
        int first = CeilingOfQuotient(centre - (hift.TransformLength - 1), hift.TransformHop) - ((lastKernel - 1) / 2);
        int last = FloorOfQuotient(centre - 1, hift.TransformHop) + (lastKernel / 2);
        for (int stage = hift.Stages - 1; stage >= 0; stage--)
        {
            int reach = hift.Blocks(stage).Max(static block => block.Reach);
            first -= reach;
            last += reach;
            FrameContext source = OfSource(hift, stage, first, last);
            if (stage == hift.Stages - 1)
            {
                // The reflection puts one value in front.
                first--;
                last--;
            }

            int rate = hift.UpsampleRates[stage];
            int padding = (hift.UpsampleKernels[stage] - rate) / 2;
            int taps = CeilingOfQuotient(hift.UpsampleKernels[stage], rate);
            first = FloorOfQuotient(first + padding, rate) - (taps - 1);
            last = FloorOfQuotient(last + padding, rate);
            if (stage == 0)
            {
                first -= (firstKernel - 1) / 2;
                last += firstKernel / 2;
            }

            int perFrame = hift.RateBefore(stage);
            FrameContext later = stage + 1 < hift.Stages ? contexts[stage + 1] : default;
            contexts[stage] = new FrameContext(
                Math.Max(CeilingOfQuotient(-first, perFrame), Math.Max(source.Before, later.Before)),
                Math.Max(CeilingOfQuotient(last + 1, perFrame), Math.Max(source.After, later.After)));
        }

        return contexts;
    }

    private static FrameContext OfSource(HiftConfiguration hift, int stage, int first, int last)
    {
        int reach = hift.SourceBlock(stage).Reach;
        int rate = hift.SpectrumRate(stage);
        int padding = rate == 1 ? 0 : rate / 2;
        int kernel = rate == 1 ? 1 : 2 * rate;
        int firstColumn = (rate * (first - reach)) - padding;
        int lastColumn = (rate * (last + reach)) - padding + kernel - 1;
        int firstSample = (hift.TransformHop * firstColumn) - (hift.TransformLength / 2);
        int lastSample = (hift.TransformHop * lastColumn) + (hift.TransformLength / 2) - 1;
        return new FrameContext(CeilingOfQuotient(-firstSample, hift.HopLength), CeilingOfQuotient(lastSample + 1, hift.HopLength));
    }

    private static int FloorOfQuotient(int value, int divisor) => (int)Math.Floor((double)value / divisor);

    private static int CeilingOfQuotient(int value, int divisor) => (int)Math.Ceiling((double)value / divisor);
}
