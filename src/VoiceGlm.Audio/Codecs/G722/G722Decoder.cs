namespace VoiceGlm.Audio;

/// <summary>Reads two samples from each byte.</summary>
internal sealed class G722Decoder : IAudioDecoder
{
    // LIMIT: a band holds 15 bits.
    private const int Limit = 16384;

    private readonly QuadratureMirrorFilter _filter = new();
    private readonly G722Band _low = G722Tables.LowBand();
    private readonly G722Band _high = G722Tables.HighBand();
    private readonly WaveformConcealment _concealment = new(SampleRate.Wideband);

    public int SamplesIn(ReadOnlySpan<byte> payload) => 2 * payload.Length;

    public int Decode(ReadOnlySpan<byte> payload, Span<float> samples)
    {
        int count = SamplesIn(payload);
        Room.ThrowIfShort(samples, count);
        for (int i = 0; i < payload.Length; i++)
        {
            (int first, int second) = _filter.Join(DecodeLow(payload[i] & 63), DecodeHigh(payload[i] >> 6));
            samples[2 * i] = first * Pcm16.Scale;
            samples[(2 * i) + 1] = second * Pcm16.Scale;
        }

        _concealment.Hear(samples[..count]);
        return count;
    }

    public bool HasPredecessor(ReadOnlySpan<byte> payload) => false;

    public bool TryRecover(ReadOnlySpan<byte> payload, Span<float> samples) => false;

    public void Conceal(Span<float> samples) => _concealment.Conceal(samples);

    public void Reset()
    {
        _filter.Reset();
        _low.Reset();
        _high.Reset();
        _concealment.Reset();
    }

    public void Dispose()
    {
    }

    private int DecodeLow(int code)
    {
        int sample = Math.Clamp(_low.Prediction + _low.Scaled(G722Tables.LowValues6[code]), -Limit, Limit - 1);
        int coarse = code >> 2;
        _low.Adapt(_low.Scaled(G722Tables.LowValues4[coarse]), G722Tables.LowStepChanges[coarse]);
        return sample;
    }

    private int DecodeHigh(int code)
    {
        int difference = _high.Scaled(G722Tables.HighValues[code]);
        int sample = Math.Clamp(_high.Prediction + difference, -Limit, Limit - 1);
        _high.Adapt(difference, G722Tables.HighStepChanges[code]);
        return sample;
    }
}
