using System.Globalization;

namespace VoiceGlm.Tools.Glm;

/// <summary>The server of GLM models that is used: what is known of it, overlaid by the configuration. Never written to a log: it holds the key.</summary>
internal sealed class GlmProvider
{
    /// <summary>Name of the provider that is the emulator on this machine.</summary>
    public const string Emulator = "emulator";

    private static readonly Dictionary<string, string> s_hostedModels = new()
    {
        [nameof(GlmRole.Text)] = "glm-4.7-flash, glm-4-air-250414, glm-4-flash-250414",
        [nameof(GlmRole.Fast)] = "glm-4-flash-250414, glm-4.7-flash",
        [nameof(GlmRole.Vision)] = "glm-4.6v-flash, glm-4.5v, glm-4v-plus-0111",
        [nameof(GlmRole.Ocr)] = "glm-ocr",
        [nameof(GlmRole.Code)] = "codegeex-4, glm-4.7-flash, glm-4-air-250414",
        [nameof(GlmRole.Picture)] = "cogview-4-250304, cogview-3-flash",
        [nameof(GlmRole.Video)] = "cogvideox-3, cogvideox-flash",
        [nameof(GlmRole.Phone)] = "autoglm-phone",
        [nameof(GlmRole.Reasoning)] = "glm-z1-flash, glm-4.7-flash",
        [nameof(GlmRole.VisionReasoning)] = "glm-4.1v-thinking-flash, glm-4.5v",
    };

    private static readonly Dictionary<string, GlmProviderOptions> s_known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["bigmodel"] = new() { BaseAddress = new Uri("https://open.bigmodel.cn/api/paas/v4/"), ApiKeyVariable = "ZHIPUAI_API_KEY", Dialect = GlmDialect.Hosted },
        ["zai"] = new() { BaseAddress = new Uri("https://api.z.ai/api/paas/v4/"), ApiKeyVariable = "ZAI_API_KEY", Dialect = GlmDialect.Hosted },
        // By its number: that is what it tells of its files, and only its own are trusted.
        [Emulator] = new()
        {
            BaseAddress = new Uri("http://127.0.0.1:8095/api/paas/v4/"),
            ApiKey = "emulator.none",
            Dialect = GlmDialect.Hosted,
            InfillAddress = new Uri("http://127.0.0.1:8095/infill"),
        },
    };

    private readonly Dictionary<GlmRole, IReadOnlyList<string>> _models = [];

    private GlmProvider(string name, GlmProviderOptions? known, GlmProviderOptions? given)
    {
        Name = name;
        BaseAddress = Slashed(given?.BaseAddress ?? known!.BaseAddress!);
        Dialect = given?.Dialect ?? known?.Dialect ?? GlmDialect.OpenAI;
        MaxConcurrency = (given ?? known!).MaxConcurrency;
        InfillAddress = given?.InfillAddress ?? known?.InfillAddress;
        CodeCompletionAddress = given?.CodeCompletionAddress;
        ApiKey = KeyOf(given) ?? KeyOf(known);
        AcceptLanguage = name.Equals("zai", StringComparison.OrdinalIgnoreCase) ? "en-US,en" : null;
        foreach (GlmRole role in Enum.GetValues<GlmRole>())
        {
            string models = given?.Models.GetValueOrDefault(role.ToString()) ?? (Dialect == GlmDialect.Hosted ? s_hostedModels[role.ToString()] : "");
            if (name.Equals("zai", StringComparison.OrdinalIgnoreCase) && role == GlmRole.Phone && given?.Models.ContainsKey(role.ToString()) != true) models = "autoglm-phone-multilingual";
            _models[role] = models.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>Its name in the configuration.</summary>
    public string Name { get; }

    /// <summary>Base of the API; ends in a slash.</summary>
    public Uri BaseAddress { get; }

    /// <summary>How it is spoken to.</summary>
    public GlmDialect Dialect { get; }

    /// <summary>The key, where it wants one.</summary>
    public string? ApiKey { get; }

    /// <summary>The language that its errors come in.</summary>
    public string? AcceptLanguage { get; }

    /// <summary>Requests of one model at once.</summary>
    public int MaxConcurrency { get; }

    /// <summary>The server that fills blanks.</summary>
    public Uri? InfillAddress { get; }

    /// <summary>The server that completes code.</summary>
    public Uri? CodeCompletionAddress { get; }

    /// <summary>The models for something, the best first; none where it cannot be had.</summary>
    public IReadOnlyList<string> ModelsFor(GlmRole role) => _models[role];

    /// <summary>The provider that the options name; <see langword="null"/> where they name none.</summary>
    /// <param name="options">Valid ones.</param>
    public static GlmProvider? From(ToolOptions options)
    {
        if (options.Provider.Length == 0) return null;
        return new GlmProvider(options.Provider, s_known.GetValueOrDefault(options.Provider), options.Providers.GetValueOrDefault(options.Provider));
    }

    /// <summary>What is wrong with the options, in sentences that do not tell the key.</summary>
    public static IEnumerable<string> FaultsOf(ToolOptions options)
    {
        if (options.Provider.Length == 0) yield break;
        string name = options.Provider;
        GlmProviderOptions? known = s_known.GetValueOrDefault(name);
        GlmProviderOptions? given = options.Providers.GetValueOrDefault(name);
        string section = $"{ToolOptions.SectionName}:Providers:{name}";
        if (known is null && given is null)
        {
            yield return $"{ToolOptions.SectionName}:Provider: expected {string.Join(", ", s_known.Keys)} or one of {ToolOptions.SectionName}:Providers, found {name}.";
            yield break;
        }

        if ((given?.BaseAddress ?? known?.BaseAddress) is not { IsAbsoluteUri: true, Scheme: "http" or "https" }) yield return $"{section}:BaseAddress: expected an http or https address.";
        if (given?.MaxConcurrency is < 1 or > 1000) yield return string.Create(CultureInfo.InvariantCulture, $"{section}:MaxConcurrency: expected 1 to 1000, found {given.MaxConcurrency}.");
        foreach (string role in given?.Models.Keys.Where(static role => !Enum.TryParse<GlmRole>(role, out _)) ?? [])
            yield return $"{section}:Models: expected {string.Join(", ", Enum.GetNames<GlmRole>())}, found {role}.";
        if ((given?.Dialect ?? known?.Dialect) != GlmDialect.Hosted) yield break;
        string variable = given?.ApiKeyVariable ?? known?.ApiKeyVariable ?? "";
        string? key = KeyOf(given) ?? KeyOf(known);
        string places = variable.Length > 0 ? $"{section}:ApiKey, or the environment variable {variable}" : $"{section}:ApiKey";
        if (string.IsNullOrWhiteSpace(key)) yield return $"{places}: expected a key, found none.";
        else if (key.Split('.') is not [{ Length: > 0 }, { Length: > 0 }] || key.Any(static letter => letter is <= ' ' or > '~')) yield return $"{places}: expected a key of two parts with a dot between them, found something else.";
    }

    private static string? KeyOf(GlmProviderOptions? options) =>
        options is null ? null
        : options.ApiKey.Length > 0 ? options.ApiKey
        : options.ApiKeyVariable is { Length: > 0 } variable && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key ? key
        : null;

    private static Uri Slashed(Uri address) => address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
}
