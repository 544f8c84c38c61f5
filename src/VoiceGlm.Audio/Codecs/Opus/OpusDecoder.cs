namespace VoiceGlm.Audio;

/// <summary>Reads Opus packets; libopus conceals and recovers.</summary>
internal sealed class OpusDecoder : IAudioDecoder
{
    private readonly OpusDecoderHandle _decoder;

    public OpusDecoder()
    {
        _decoder = OpusNative.CreateDecoder(SampleRate.Fullband.Hertz, 1, out int error);
        if (error < 0) throw new InvalidOperationException($"libopus makes no decoder: error {error}.");
    }

    public int SamplesIn(ReadOnlySpan<byte> payload) => OpusPacket.SamplesIn(payload);

    public int Decode(ReadOnlySpan<byte> payload, Span<float> samples)
    {
        int count = SamplesIn(payload);
        Room.ThrowIfShort(samples, count);
        if (count == 0) return 0;
        return Math.Max(0, Clipped(samples[..count], OpusNative.Decode(_decoder, payload, payload.Length, samples, count, predecessor: 0)));
    }

    public bool HasPredecessor(ReadOnlySpan<byte> payload) => OpusPacket.HasPredecessor(payload);

    public bool TryRecover(ReadOnlySpan<byte> payload, Span<float> samples) =>
        HasPredecessor(payload)
        && SamplesIn(payload) > 0
        && Clipped(samples, OpusNative.Decode(_decoder, payload, payload.Length, samples, samples.Length, predecessor: 1)) == samples.Length;

    public void Conceal(Span<float> samples)
    {
        if (Clipped(samples, OpusNative.Conceal(_decoder, 0, 0, samples, samples.Length, predecessor: 0)) != samples.Length) samples.Clear();
    }

    public void Reset() => OpusNative.ResetDecoder(_decoder);

    public void Dispose() => _decoder.Dispose();

    // A decoder of floats overshoots where 16 bits would have clipped.
    private static int Clipped(Span<float> samples, int written)
    {
        for (int i = 0; i < written; i++) samples[i] = Math.Clamp(samples[i], -1, 1);
        return written;
    }
}
