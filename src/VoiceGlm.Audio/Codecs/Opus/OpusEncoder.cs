using System.Runtime.InteropServices;

namespace VoiceGlm.Audio;

/// <summary>Writes Opus packets of one frame each. Reported losses decide how much of a packet repeats the one before.</summary>
internal sealed class OpusEncoder : IAudioEncoder
{
    // RFC 6716 §3.2.1: no frame is longer.
    private const int LongestFrame = 1275;

    // A rise of the losses is believed at once. A fall is believed by a quarter per report: a loss that pauses is likely to come back.
    private const double BeliefInFall = 0.25;

    // Less than this is not worth a third of the bits.
    private const double WorthRedundancy = 0.01;

    private readonly OpusOptions _options;
    private readonly OpusEncoderHandle _encoder;

    public OpusEncoder(OpusOptions options)
    {
        _options = options;
        _encoder = OpusNative.CreateEncoder(SampleRate.Fullband.Hertz, 1, OpusNative.Voice, out int error);
        ThrowIfError(error);
        Set(OpusNative.SetBitrate, options.Bitrate);
        Set(OpusNative.SetComplexity, options.Complexity);
        Set(OpusNative.SetDiscontinuous, options.Discontinuous ? 1 : 0);
        Expect(options.ExpectedLoss);
    }

    /// <summary>The share of lost packets that redundancy is made for.</summary>
    public double ExpectedLoss { get; private set; }

    public int MaxPayloadBytes(int sampleCount) => LongestFrame + 1;

    public int Encode(ReadOnlySpan<float> samples, Span<byte> payload)
    {
        Room.ThrowIfShort(payload, MaxPayloadBytes(samples.Length));
        int written = OpusNative.Encode(_encoder, samples, samples.Length, payload, payload.Length);
        ThrowIfError(written, samples.Length);

        // One or two bytes say "silence goes on", which saying nothing says too.
        return _options.Discontinuous && written <= 2 ? 0 : written;
    }

    public void ReportLoss(double fraction)
    {
        double loss = double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1);
        Expect(loss >= ExpectedLoss ? loss : double.Lerp(ExpectedLoss, loss, BeliefInFall));
    }

    public void Reset()
    {
        Set(OpusNative.ResetState, 0);
        Expect(_options.ExpectedLoss);
    }

    public void Dispose() => _encoder.Dispose();

    private void Expect(double loss)
    {
        ExpectedLoss = loss;
        Set(OpusNative.SetForwardErrorCorrection, loss >= WorthRedundancy ? 1 : 0);
        Set(OpusNative.SetPacketLossPercent, (int)Math.Round(100 * loss));
    }

    private void Set(int request, int value) => ThrowIfError(OpusNative.Control(_encoder, request, value));

    private static void ThrowIfError(int result, int sampleCount = 0)
    {
        if (result >= 0) return;
        string text = Marshal.PtrToStringUTF8(OpusNative.GetErrorText(result)) ?? "";
        throw sampleCount == 0
            ? new InvalidOperationException($"libopus refuses: {text}.")
            : new ArgumentException($"libopus refuses {sampleCount} samples: {text}. A packet has 120, 240, 480, 960, 1,920 or 2,880 at 48 kHz.", nameof(sampleCount));
    }
}
