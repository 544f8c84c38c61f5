namespace VoiceGlm.Checkpoints.Tests;

/// <summary>Random damage to a file.</summary>
internal static class Damage
{
    /// <summary>A copy with a few bytes changed, removed, inserted or doubled, or cut short.</summary>
    public static byte[] Of(byte[] bytes, Random random)
    {
        var damaged = new List<byte>(bytes);
        for (int count = random.Next(1, 5); count > 0 && damaged.Count > 0; count--)
        {
            int at = random.Next(damaged.Count);
            int length = Math.Min(random.Next(1, 9), damaged.Count - at);
            switch (random.Next(6))
            {
                case 0: damaged.RemoveRange(at, length); break;
                case 1: damaged.Insert(at, (byte)random.Next(256)); break;
                case 2: damaged.InsertRange(at, damaged.GetRange(at, length)); break;
                case 3 when random.Next(8) == 0: damaged.RemoveRange(at, damaged.Count - at); break;
                default: damaged[at] = (byte)random.Next(256); break;
            }
        }

        return [.. damaged];
    }
}
