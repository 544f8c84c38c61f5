using System.Runtime.InteropServices;

namespace VoiceGlm.Audio;

/// <summary>The functions of libopus that are used (opus.h, opus_defines.h).</summary>
internal static partial class OpusNative
{
    public const string Library = "opus";

    /// <summary>OPUS_APPLICATION_VOIP.</summary>
    public const int Voice = 2048;

    /// <summary>OPUS_SET_BITRATE.</summary>
    public const int SetBitrate = 4002;

    /// <summary>OPUS_SET_COMPLEXITY.</summary>
    public const int SetComplexity = 4010;

    /// <summary>OPUS_SET_INBAND_FEC.</summary>
    public const int SetForwardErrorCorrection = 4012;

    /// <summary>OPUS_SET_PACKET_LOSS_PERC.</summary>
    public const int SetPacketLossPercent = 4014;

    /// <summary>OPUS_SET_DTX.</summary>
    public const int SetDiscontinuous = 4016;

    /// <summary>OPUS_RESET_STATE.</summary>
    public const int ResetState = 4028;

    [LibraryImport(Library, EntryPoint = "opus_get_version_string")]
    public static partial nint GetVersion();

    [LibraryImport(Library, EntryPoint = "opus_strerror")]
    public static partial nint GetErrorText(int error);

    [LibraryImport(Library, EntryPoint = "opus_encoder_create")]
    public static partial OpusEncoderHandle CreateEncoder(int sampleRate, int channels, int application, out int error);

    [LibraryImport(Library, EntryPoint = "opus_encoder_destroy")]
    public static partial void DestroyEncoder(nint encoder);

    [LibraryImport(Library, EntryPoint = "opus_encode_float")]
    public static partial int Encode(OpusEncoderHandle encoder, ReadOnlySpan<float> samples, int sampleCount, Span<byte> payload, int capacity);

    [LibraryImport(Library, EntryPoint = "opus_decoder_create")]
    public static partial OpusDecoderHandle CreateDecoder(int sampleRate, int channels, out int error);

    [LibraryImport(Library, EntryPoint = "opus_decoder_destroy")]
    public static partial void DestroyDecoder(nint decoder);

    [LibraryImport(Library, EntryPoint = "opus_decode_float")]
    public static partial int Decode(OpusDecoderHandle decoder, ReadOnlySpan<byte> payload, int length, Span<float> samples, int sampleCount, int predecessor);

    [LibraryImport(Library, EntryPoint = "opus_decode_float")]
    public static partial int Conceal(OpusDecoderHandle decoder, nint nothing, int length, Span<float> samples, int sampleCount, int predecessor);

    /// <summary>Sets an option of an encoder.</summary>
    public static int Control(OpusEncoderHandle encoder, int request, int value) =>
        IsAppleArm ? ControlOnStack(encoder, request, 0, 0, 0, 0, 0, 0, value) : ControlInRegisters(encoder, request, value);

    /// <summary>Makes a decoder forget its stream.</summary>
    public static int ResetDecoder(OpusDecoderHandle decoder) => ControlDecoder(decoder, ResetState);

    // The function takes "...". Everywhere but on Apple's ARM such arguments travel as named ones do; there they go on the stack,
    // where the ninth of a function of named ones also is.
    private static bool IsAppleArm => OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    [LibraryImport(Library, EntryPoint = "opus_encoder_ctl")]
    private static partial int ControlInRegisters(OpusEncoderHandle encoder, int request, int value);

    [LibraryImport(Library, EntryPoint = "opus_encoder_ctl")]
    private static partial int ControlOnStack(OpusEncoderHandle encoder, int request, nint x2, nint x3, nint x4, nint x5, nint x6, nint x7, nint value);

    [LibraryImport(Library, EntryPoint = "opus_decoder_ctl")]
    private static partial int ControlDecoder(OpusDecoderHandle decoder, int request);
}
