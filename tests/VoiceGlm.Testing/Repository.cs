using System.Reflection;

namespace VoiceGlm.Testing;

/// <summary>Where the repository and its fixtures are.</summary>
public static class Repository
{
    /// <summary>The repository's top folder.</summary>
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(static attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A file or folder under <c>tests/Fixtures</c>.</summary>
    public static string Fixture(params ReadOnlySpan<string> parts) => Path.Combine([Root, "tests", "Fixtures", .. parts]);
}
