using System.Runtime.InteropServices;

namespace VoiceGlm.Checkpoints;

/// <summary>Gives a file a second name, so that a folder can keep it without a second copy of its bytes.</summary>
internal static partial class HardLink
{
    /// <summary>Links a file, or copies it where the file system cannot link.</summary>
    /// <exception cref="IOException">The disk is full, or the file cannot be read.</exception>
    public static void CreateOrCopy(string existing, string path)
    {
        if (!TryCreate(existing, path)) File.Copy(existing, path);
    }

    private static bool TryCreate(string existing, string path)
    {
        try
        {
            return OperatingSystem.IsWindows() ? CreateHardLink(path, existing, 0) : Link(existing, path) == 0;
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string path);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string path, string existing, nint securityAttributes);
}
