namespace VoiceGlm.Audio;

/// <summary>Writes a byte for each two samples: 6 bits for the low half of the spectrum, 2 for the high.</summary>
internal sealed class G722Encoder : IAudioEncoder
{
    // The high band has one decision level (Q2).
    private const int HighDecision = 564;

    private readonly QuadratureMirrorFilter _filter = new();
    private readonly G722Band _low = G722Tables.LowBand();
    private readonly G722Band _high = G722Tables.HighBand();

    public int MaxPayloadBytes(int sampleCount) => sampleCount / 2;

    public int Encode(ReadOnlySpan<float> samples, Span<byte> payload)
    {
        if (samples.Length % 2 != 0) throw new ArgumentException($"G.722 writes samples in pairs; {samples.Length} is odd.", nameof(samples));
        int count = samples.Length / 2;
        Room.ThrowIfShort(payload, count);
        for (int i = 0; i < count; i++)
        {
            (int low, int high) = _filter.Split(Pcm16.FromFloat(samples[2 * i]), Pcm16.FromFloat(samples[(2 * i) + 1]));
            payload[i] = (byte)((EncodeHigh(high) << 6) | EncodeLow(low));
        }

        return count;
    }

    public void ReportLoss(double fraction)
    {
        // There is nothing to add redundancy with.
    }

    public void Reset()
    {
        _filter.Reset();
        _low.Reset();
        _high.Reset();
    }

    public void Dispose()
    {
    }

    private int EncodeLow(int sample)
    {
        int difference = Pcm16.Saturate(sample - _low.Prediction);
        int magnitude = difference < 0 ? ~difference : difference;
        short[] decisions = G722Tables.LowDecisions;
        int interval = 0;
        while (interval < decisions.Length && magnitude >= (decisions[interval] * _low.Step) >> 12) interval++;

        // MIL: the codewords fall from 61 (positive) and 31 (negative); the two smallest negative ones are 63 and 62.
        int code = difference >= 0 ? 61 - interval : interval < 2 ? 63 - interval : 33 - interval;
        int coarse = code >> 2;
        _low.Adapt(_low.Scaled(G722Tables.LowValues4[coarse]), G722Tables.LowStepChanges[coarse]);
        return code;
    }

    private int EncodeHigh(int sample)
    {
        int difference = Pcm16.Saturate(sample - _high.Prediction);
        int magnitude = difference < 0 ? ~difference : difference;
        bool large = magnitude >= (HighDecision * _high.Step) >> 12;

        // MIH
        int code = difference < 0 ? (large ? 0 : 1) : (large ? 2 : 3);
        _high.Adapt(_high.Scaled(G722Tables.HighValues[code]), G722Tables.HighStepChanges[code]);
        return code;
    }
}
