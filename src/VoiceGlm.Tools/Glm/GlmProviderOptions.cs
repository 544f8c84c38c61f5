namespace VoiceGlm.Tools.Glm;

/// <summary>A server of GLM models: one of those that are known here, otherwise than it is known, or one of your own.</summary>
public sealed class GlmProviderOptions
{
    /// <summary>Base of the API, such as <c>https://open.bigmodel.cn/api/paas/v4/</c> or <c>http://gpu-1:8000/v1/</c>.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The key. Better in the environment, by <see cref="ApiKeyVariable"/> or as <c>VoiceGlm__Tools__Providers__NAME__ApiKey</c>, than in a file.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>The environment variable that has the key where <see cref="ApiKey"/> is empty.</summary>
    public string? ApiKeyVariable { get; set; }

    /// <summary>How the server is spoken to. Default: as the hosted API; for a provider of your own, as OpenAI's.</summary>
    public GlmDialect? Dialect { get; set; }

    /// <summary>Requests of one model at once; further ones wait, and so many again are refused; 1 to 1000. The account's tier says how many it takes. Default: 5.</summary>
    public int MaxConcurrency { get; set; } = 5;

    /// <summary>The server of GLM's own weights that fills blanks (<c>POST /infill</c>). Without it GLM-4 does, and says so.</summary>
    public Uri? InfillAddress { get; set; }

    /// <summary>The server that goes on with a raw prompt of CodeGeeX (<c>/v1/completions</c>). Without it the chat completes code.</summary>
    public Uri? CodeCompletionAddress { get; set; }

    /// <summary>Models by what they are for (<c>Text Fast Vision Ocr Code Picture Video Phone Reasoning VisionReasoning</c>), with commas between them: the first that is there and not busy does it.</summary>
    public Dictionary<string, string> Models { get; } = [];
}

/// <summary>How a server of GLM models is spoken to.</summary>
public enum GlmDialect
{
    /// <summary>As bigmodel.cn and z.ai.</summary>
    Hosted,

    /// <summary>As vLLM, SGLang and Ollama serve open weights, after OpenAI's API.</summary>
    OpenAI,
}
