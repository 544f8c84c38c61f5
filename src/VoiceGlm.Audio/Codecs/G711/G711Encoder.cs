namespace VoiceGlm.Audio;

/// <summary>Writes a byte for each sample.</summary>
internal sealed class G711Encoder(CompandingLaw law) : IAudioEncoder
{
    public int MaxPayloadBytes(int sampleCount) => sampleCount;

    public int Encode(ReadOnlySpan<float> samples, Span<byte> payload)
    {
        Room.ThrowIfShort(payload, samples.Length);
        for (int i = 0; i < samples.Length; i++) payload[i] = law.Encode(Pcm16.FromFloat(samples[i]));
        return samples.Length;
    }

    public void ReportLoss(double fraction)
    {
        // There is nothing to add redundancy with.
    }

    public void Reset()
    {
        // A byte depends on its sample alone.
    }

    public void Dispose()
    {
    }
}
