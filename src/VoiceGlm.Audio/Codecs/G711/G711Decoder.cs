namespace VoiceGlm.Audio;

/// <summary>Reads a sample from each byte.</summary>
internal sealed class G711Decoder(CompandingLaw law) : IAudioDecoder
{
    private readonly WaveformConcealment _concealment = new(SampleRate.Narrowband);

    public int SamplesIn(ReadOnlySpan<byte> payload) => payload.Length;

    public int Decode(ReadOnlySpan<byte> payload, Span<float> samples)
    {
        Room.ThrowIfShort(samples, payload.Length);
        for (int i = 0; i < payload.Length; i++) samples[i] = law.Decode(payload[i]);
        _concealment.Hear(samples[..payload.Length]);
        return payload.Length;
    }

    public bool HasPredecessor(ReadOnlySpan<byte> payload) => false;

    public bool TryRecover(ReadOnlySpan<byte> payload, Span<float> samples) => false;

    public void Conceal(Span<float> samples) => _concealment.Conceal(samples);

    public void Reset() => _concealment.Reset();

    public void Dispose()
    {
    }
}
