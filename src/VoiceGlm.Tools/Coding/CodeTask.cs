namespace VoiceGlm.Tools.Coding;

/// <summary>What can be done about code, and how a model is told to.</summary>
internal static class CodeTask
{
    private const string Basis = "You are an expert programmer. Write code that is correct, complete and safe, and put it into one fenced block.";

    /// <summary>The names of the modes.</summary>
    public static IReadOnlyList<string> Modes { get; } = ["generate", "complete", "translate", "explain", "comment", "review", "fix", "test"];

    /// <summary>Whether a mode answers in words rather than in code.</summary>
    public static bool IsWords(string mode) => mode is "explain" or "review";

    /// <summary>What the model is told before.</summary>
    public static string System(string mode, string target, bool isChinese) => mode switch
    {
        "complete" => Basis + " The place marked <MISSING> is to be filled. Answer with what belongs there and nothing else.",
        "translate" => $"{Basis} Rewrite the code that you are given in {(target.Length > 0 ? target : "the language that is asked for")}. It has to do the same. Answer with the code alone.",
        "explain" => "You are an expert programmer. Explain what the code that you are given does, how, and what to watch for. Begin with one plain sentence." + Language(isChinese),
        "comment" => Basis + " Add comments to the code that you are given where they help, and change nothing else. Answer with the code alone.",
        "review" => "You are an expert programmer who reviews a change. Tell errors, risks and what could be simpler, the gravest first. Begin with one plain sentence." + Language(isChinese),
        "fix" => Basis + " Find the errors of the code that you are given and mend them. Answer with the mended code, and one sentence on what was wrong." + Language(isChinese),
        "test" => Basis + " Write unit tests for the code that you are given, ordinary cases and edges. Answer with the tests alone.",
        _ => Basis + " After the block say in one sentence what it does." + Language(isChinese),
    };

    private static string Language(bool isChinese) => isChinese ? " Write your sentences in Chinese." : " Write your sentences in English.";
}
