using Microsoft.Win32.SafeHandles;

namespace VoiceGlm.Audio;

/// <summary>An encoder of libopus.</summary>
internal sealed class OpusEncoderHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        OpusNative.DestroyEncoder(handle);
        return true;
    }
}

/// <summary>A decoder of libopus.</summary>
internal sealed class OpusDecoderHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        OpusNative.DestroyDecoder(handle);
        return true;
    }
}
