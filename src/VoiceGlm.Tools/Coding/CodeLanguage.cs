namespace VoiceGlm.Tools.Coding;

/// <summary>Languages of code, by the words that people say for them.</summary>
internal static class CodeLanguage
{
    private static readonly (string Words, string Name)[] s_languages =
    [
        ("c sharp", "C#"), ("c#", "C#"), ("c plus plus", "C++"), ("c++", "C++"), ("javascript", "JavaScript"), ("java script", "JavaScript"), ("typescript", "TypeScript"), ("python", "Python"),
        ("java", "Java"), ("golang", "Go"), ("in go", "Go"), ("a go ", "Go"), ("rust", "Rust"), ("kotlin", "Kotlin"), ("swift", "Swift"), ("ruby", "Ruby"), ("php", "PHP"), ("sql", "SQL"),
        ("bash", "Bash"), ("shell", "Bash"), ("html", "HTML"), ("web page", "HTML"),
    ];

    /// <summary>The language that a text names; empty for none.</summary>
    public static string In(string text) => s_languages.Where(pair => text.Contains(pair.Words, StringComparison.OrdinalIgnoreCase)).Select(static pair => pair.Name).FirstOrDefault("");

    /// <summary>The word that pages know a language by when they colour it.</summary>
    public static string TagOf(string name) => name switch
    {
        "C#" => "csharp",
        "C++" => "cpp",
        _ => name.ToLowerInvariant(),
    };
}
