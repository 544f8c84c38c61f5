namespace VoiceGlm.Tools.Results;

/// <summary>The kinds of files that are fetched, kept and served, told by what they begin with.</summary>
internal static class MediaTypes
{
    /// <summary>Bytes that tell the kind of a file.</summary>
    public const int SniffLength = 12;

    private static readonly (string Type, string Extension)[] s_types = [("image/png", ".png"), ("image/jpeg", ".jpg"), ("image/webp", ".webp"), ("video/mp4", ".mp4")];

    /// <summary>Pictures.</summary>
    public static IReadOnlyList<string> Pictures { get; } = ["image/png", "image/jpeg", "image/webp"];

    /// <summary>Films.</summary>
    public static IReadOnlyList<string> Videos { get; } = ["video/mp4"];

    /// <summary>The ending of a kind's names.</summary>
    public static string ExtensionOf(string type) => s_types.Single(pair => pair.Type == type).Extension;

    /// <summary>The kind of a name's ending, or <see langword="null"/>.</summary>
    public static string? TypeOf(string name) => s_types.Where(pair => name.EndsWith(pair.Extension, StringComparison.Ordinal)).Select(static pair => pair.Type).FirstOrDefault();

    /// <summary>The kind of what begins so, or <see langword="null"/>.</summary>
    public static string? Sniff(ReadOnlySpan<byte> head) => head switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "video/mp4",
        _ => null,
    };
}
