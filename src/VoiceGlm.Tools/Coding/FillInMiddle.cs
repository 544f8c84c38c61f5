using System.Text;
using System.Text.Json.Nodes;

namespace VoiceGlm.Tools.Coding;

/// <summary>A place in code where something is missing, as CodeGeeX wants it told.</summary>
/// <param name="Language">The language, as in <c>Python</c>; perhaps empty.</param>
/// <param name="Prefix">What lies before.</param>
/// <param name="Suffix">What lies behind; perhaps nothing.</param>
internal sealed record FillInMiddle(string Language, string Prefix, string Suffix)
{
    /// <summary>Name of the file.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether one line is missing, and not a block.</summary>
    public bool IsLine { get; init; }

    /// <summary>Other files that may help.</summary>
    public IReadOnlyList<(string Path, string Code)> References { get; init; } = [];

    /// <summary>The raw prompt of the open weights, special tokens and all.</summary>
    /// <remarks>The form that CodeGeeX4's infilling guideline documents: references, path, language, mode, suffix, prefix.</remarks>
    public string ToPrompt()
    {
        var prompt = new StringBuilder("<|user|>\n");
        foreach ((string path, string code) in References) prompt.Append("###REFERENCE:\n###PATH:").Append(path).Append('\n').Append(code).Append('\n');
        prompt.Append("###PATH:").Append(Path).Append('\n')
            .Append("###LANGUAGE:").Append(Language).Append('\n')
            .Append("###MODE:").Append(IsLine ? "LINE" : "BLOCK").Append('\n')
            .Append("<|code_suffix|>").Append(Suffix).Append("<|code_prefix|>").Append(Prefix).Append("<|code_middle|><|assistant|>\n");
        return prompt.ToString();
    }

    /// <summary>The member <c>extra</c> of the hosted chat.</summary>
    public JsonObject ToExtra()
    {
        var target = new JsonObject { ["path"] = Path, ["language"] = Language, ["code_prefix"] = Prefix };
        if (Suffix.Length > 0) target["code_suffix"] = Suffix;
        var extra = new JsonObject { ["target"] = target };
        if (References.Count > 0) extra["contexts"] = new JsonArray([.. References.Select(static file => new JsonObject { ["path"] = file.Path, ["code"] = file.Code })]);
        return extra;
    }
}
