namespace VoiceGlm.Audio.Tests;

/// <summary>What a network or an attacker makes of a payload.</summary>
internal static class PayloadDamage
{
    /// <summary>Writes a damaged copy of a payload.</summary>
    public static ReadOnlySpan<byte> Damage(ReadOnlySpan<byte> payload, Span<byte> copy, Random random)
    {
        int length = random.Next(4) switch
        {
            0 => random.Next(Math.Min(payload.Length, 12) + 1),
            1 => random.Next(copy.Length + 1),
            _ => payload.Length,
        };
        Span<byte> damaged = copy[..length];
        random.NextBytes(damaged);
        int kept = random.Next(3) == 0 ? 0 : Math.Min(payload.Length, length);
        payload[..kept].CopyTo(damaged);
        for (int changes = random.Next(4); changes > 0 && length > 0; changes--) damaged[random.Next(Math.Min(length, 16))] ^= (byte)(1 << random.Next(8));
        return damaged;
    }
}
