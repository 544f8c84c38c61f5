using System.Buffers.Binary;

namespace VoiceGlm.Transports.SignalR;

/// <summary>Checks and converts the frames of a client's microphone. Not thread-safe.</summary>
/// <param name="time">The clock of the limits.</param>
internal sealed class MicrophoneInput(TimeProvider time)
{
    /// <summary>Samples of a frame: 20 ms.</summary>
    public const int FrameSamples = 320;

    /// <summary>Frames that may be missing at once: half a minute, longer than a client records without a connection.</summary>
    private const int MaximumGap = 1_500;

    private readonly TokenBucket _bucket = new(perSecond: 60, atOnce: 250, time);
    private long _carried;

    /// <summary>Number of the frame that is to come next.</summary>
    public long NextFrame { get; private set; }

    /// <summary>Takes a frame.</summary>
    /// <param name="audio">The frame as it came.</param>
    /// <param name="frame">The frame, when it is right.</param>
    /// <param name="fault">What is wrong with it otherwise.</param>
    public bool TryAccept(ClientMessage.Audio audio, out AudioFrame frame, out (string Code, string Message) fault)
    {
        frame = default;
        fault = default;
        if (!_bucket.TryTake())
            fault = ("flood", "Expected at most 60 frames a second, found more.");
        else if (audio.Pcm16.Length != FrameSamples * sizeof(short))
            fault = ("invalid_audio", $"Expected a frame of {FrameSamples * sizeof(short)} bytes (20 ms of PCM16, 16 kHz), found {audio.Pcm16.Length}.");
        else if (audio.Number < NextFrame || audio.Number - NextFrame > MaximumGap)
            fault = ("audio_out_of_order", $"Expected frame {NextFrame}, found {audio.Number}.");
        if (fault.Code is not null) return false;

        float[] samples = new float[FrameSamples];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(audio.Pcm16.Span[(i * sizeof(short))..]) / 32768f;
        frame = new AudioFrame(samples, SampleRate.Wideband, (audio.Number * FrameSamples) + _carried);
        NextFrame = audio.Number + 1;
        return true;
    }

    /// <summary>Gives a frame that came over a call its place: after all that came before.</summary>
    public AudioFrame Carry(AudioFrame frame)
    {
        frame = frame with { Position = (NextFrame * FrameSamples) + _carried };
        _carried += frame.Samples.Length;
        return frame;
    }
}
