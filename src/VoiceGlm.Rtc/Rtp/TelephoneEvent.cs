using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>A key of a telephone, as a packet says it (RFC 4733 §2.3).</summary>
/// <param name="Code">0 to 9, 10 for *, 11 for #, 12 to 15 for A to D.</param>
/// <param name="IsEnd">Whether the key was let go.</param>
/// <param name="Volume">Decibels below 0 dBm0, 0 to 63.</param>
/// <param name="Duration">How long it has been pressed, in ticks of the format's clock.</param>
public readonly record struct TelephoneEvent(byte Code, bool IsEnd, byte Volume, ushort Duration)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Length = 4;

    private const string Keys = "0123456789*#ABCD";

    /// <summary>The key, or null where the code is another signal.</summary>
    public char? Key => Code < Keys.Length ? Keys[Code] : null;

    /// <summary>The code of a key.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="key"/> is on no telephone.</exception>
    public static byte CodeOf(char key)
    {
        int code = Keys.IndexOf(char.ToUpperInvariant(key), StringComparison.Ordinal);
        return code >= 0 ? (byte)code : throw new ArgumentOutOfRangeException(nameof(key), key, $"Expected one of {Keys}.");
    }

    /// <summary>Reads a payload; several events in one packet, which nobody sends, are the first.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out TelephoneEvent telephoneEvent)
    {
        telephoneEvent = default;
        if (payload.Length < Length) return false;
        telephoneEvent = new TelephoneEvent(
            payload[0], (payload[1] & 0x80) != 0, (byte)(payload[1] & 0x3F), BinaryPrimitives.ReadUInt16BigEndian(payload[2..]));
        return true;
    }

    /// <summary>Writes the payload.</summary>
    public void Write(Span<byte> payload)
    {
        payload[0] = Code;
        payload[1] = (byte)((IsEnd ? 0x80 : 0) | (Volume & 0x3F));
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], Duration);
    }
}
