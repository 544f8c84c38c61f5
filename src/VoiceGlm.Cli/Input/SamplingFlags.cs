using System.CommandLine;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Cli;

/// <summary>The options that say how tokens are chosen; the defaults are those of the published demonstration.</summary>
internal sealed class SamplingFlags
{
    private static readonly SamplingOptions s_defaults = new();

    private readonly Option<bool> _greedy = new("--greedy") { Description = "Always take the most likely token." };
    private readonly Option<float> _temperature = Number("--temperature", "Below 1 prefers likely tokens; 0 is greedy.", s_defaults.Temperature);
    private readonly Option<int> _topK = new("--top-k")
    {
        Description = "Keep this many most likely tokens; 0 keeps all.",
        HelpName = "N",
        DefaultValueFactory = static _ => s_defaults.TopK,
    };

    private readonly Option<float> _topP = Number("--top-p", "Keep the most likely tokens that together reach this probability, up to 1.", s_defaults.TopP);
    private readonly Option<float> _minP = Number("--min-p", "Drop tokens less likely than this part of the most likely one, up to 1.", s_defaults.MinP);
    private readonly Option<float> _penalty = Number("--repetition-penalty", "Above 1 avoids tokens that were used before.", s_defaults.RepetitionPenalty);
    private readonly Option<int?> _seed = new("--seed") { Description = "Draw the same numbers each time.", HelpName = "N" };
    private readonly Option<int> _maxNewTokens = new("--max-new-tokens")
    {
        Description = "Longest reply, in tokens of the model.",
        HelpName = "N",
        DefaultValueFactory = static _ => new LanguageModelOptions().MaxNewTokens,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_greedy, _temperature, _topK, _topP, _minP, _penalty, _seed, _maxNewTokens]) command.Options.Add(option);
        foreach (Option option in (Option[])[_temperature, _topK, _minP]) option.Validators.Add(static result => SharedOptions.RequireBetween(result, 0, double.PositiveInfinity));
        _maxNewTokens.Validators.Add(static result => SharedOptions.RequireBetween(result, 1, int.MaxValue));
        _topP.Validators.Add(static result => SharedOptions.RequireBetween(result, 1e-6, 1));
        _penalty.Validators.Add(static result => SharedOptions.RequireBetween(result, 1e-6, double.PositiveInfinity));
    }

    /// <summary>Tokens at most.</summary>
    public int MaxNewTokens(ParseResult parsed) => parsed.GetValue(_maxNewTokens);

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling(ParseResult parsed) => new()
    {
        Temperature = parsed.GetValue(_greedy) ? 0 : parsed.GetValue(_temperature),
        TopK = parsed.GetValue(_topK),
        TopP = parsed.GetValue(_topP),
        MinP = parsed.GetValue(_minP),
        RepetitionPenalty = parsed.GetValue(_penalty),
        Seed = parsed.GetValue(_seed),
    };

    private static Option<float> Number(string name, string description, float standard) =>
        new(name) { Description = description, HelpName = "NUMBER", DefaultValueFactory = _ => standard };
}
