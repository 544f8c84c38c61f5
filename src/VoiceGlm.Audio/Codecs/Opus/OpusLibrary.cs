using System.Reflection;
using System.Runtime.InteropServices;

namespace VoiceGlm.Audio;

/// <summary>The system's libopus, the reference implementation of RFC 6716, where there is one.</summary>
public static class OpusLibrary
{
    private static readonly string[] s_names = OperatingSystem.IsWindows()
        ? ["opus", "libopus-0", "libopus"]
        : OperatingSystem.IsMacOS()
            ? ["libopus.0.dylib", "/opt/homebrew/lib/libopus.0.dylib", "/usr/local/lib/libopus.0.dylib"]
            : ["libopus.so.0"];

    // Loaded once and kept: codecs live as long as the process.
    private static readonly (nint Handle, string? Absence) s_library = Load(s_names);

    static OpusLibrary() => NativeLibrary.SetDllImportResolver(
        typeof(OpusLibrary).Assembly, static (name, _, _) => name == OpusNative.Library ? s_library.Handle : 0);

    /// <summary>Whether Opus can be spoken.</summary>
    public static bool IsAvailable => s_library.Absence is null;

    /// <summary>Why Opus cannot be spoken and what to do about it, or <see langword="null"/> when it can.</summary>
    public static string? Absence => s_library.Absence;

    /// <summary>What the library calls itself, such as <c>libopus 1.3.1</c>; <see langword="null"/> when there is none.</summary>
    public static string? Version => IsAvailable ? Marshal.PtrToStringUTF8(OpusNative.GetVersion()) : null;

    internal static (nint Handle, string? Absence) Load(IReadOnlyList<string> names)
    {
        Assembly assembly = typeof(OpusLibrary).Assembly;
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, assembly, DllImportSearchPath.SafeDirectories, out nint handle)) return (handle, null);
        }

        return (0, $"Opus needs the library libopus, which was not found (looked for {string.Join(", ", names)}). "
            + "Install it: 'apt-get install libopus0' on Debian and Ubuntu, 'dnf install opus' on Fedora, 'brew install opus' on macOS. "
            + "Until then calls agree on G.722 or G.711.");
    }
}
