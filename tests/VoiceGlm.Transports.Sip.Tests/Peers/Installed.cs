namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>The programs that stand for telephones and PBXs, as Debian packs them.</summary>
internal static class Installed
{
    /// <summary>Skips a test whose program is not there.</summary>
    public static void Require(string program, string package)
    {
        if (Path.GetFullPath(program) is var path && !File.Exists(path)) Assert.Skip($"{program} was not found: apt-get install {package}");
    }
}
