namespace VoiceGlm.Downloads;

/// <summary>A hub and the right to read from it.</summary>
/// <param name="Kind">How it is spoken to.</param>
/// <param name="Endpoint">Its address, with a '/' at the end; repositories lie under it.</param>
/// <param name="Token">What proves who asks, or <see langword="null"/> for anybody. Told to <paramref name="Endpoint"/>'s own host and port only.</param>
public sealed record HubAddress(HubKind Kind, Uri Endpoint, string? Token)
{
    /// <summary>Reads what the environment says, as the hub's own tools do.</summary>
    /// <param name="kind">How the hub is spoken to.</param>
    /// <param name="variable">Looks up an environment variable.</param>
    /// <remarks>
    /// huggingface/huggingface_hub constants.py: <c>HF_ENDPOINT</c>, <c>HF_TOKEN</c>, <c>HF_TOKEN_PATH</c>, <c>HF_HOME</c>, <c>XDG_CACHE_HOME</c>;
    /// modelscope/modelscope hub/utils: <c>MODELSCOPE_DOMAIN</c>, <c>MODELSCOPE_API_TOKEN</c>.
    /// </remarks>
    /// <exception cref="DownloadException">The address is none, or the token has characters that no token has.</exception>
    public static HubAddress FromEnvironment(HubKind kind, Func<string, string?> variable)
    {
        if (kind == HubKind.ModelScope)
        {
            string domain = Value("MODELSCOPE_DOMAIN") ?? "www.modelscope.cn";
            string address = domain.Contains("://", StringComparison.Ordinal) ? domain : $"https://{domain}";
            return new HubAddress(kind, ParseEndpoint(address, "MODELSCOPE_DOMAIN"), CleanToken(Value("MODELSCOPE_API_TOKEN"), "MODELSCOPE_API_TOKEN"));
        }

        Uri endpoint = ParseEndpoint(Value("HF_ENDPOINT") ?? "https://huggingface.co", "HF_ENDPOINT");
        if (Value("HF_TOKEN") is { } token) return new HubAddress(kind, endpoint, CleanToken(token, "HF_TOKEN"));
        // What 'hf auth login' keeps.
        string cache = Value("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string stored = Value("HF_TOKEN_PATH") ?? Path.Combine(Value("HF_HOME") ?? Path.Combine(cache, "huggingface"), "token");
        return new HubAddress(kind, endpoint, File.Exists(stored) ? ReadToken(stored) : null);

        string? Value(string name) => variable(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>Reads a token from a file.</summary>
    /// <exception cref="DownloadException">There is no such file, it may not be read, or what it holds is no token.</exception>
    public static string ReadToken(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DownloadException($"{path}: expected a file with a token, found none that can be read ({exception.Message})", exception);
        }

        return CleanToken(text, path) ?? throw new DownloadException($"{path}: expected a token, found nothing.");
    }

    /// <summary>Reads a hub's address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="name">Where it is from, for messages.</param>
    /// <exception cref="DownloadException">The text is no address of the web.</exception>
    public static Uri ParseEndpoint(string text, string name) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "http" or "https" && endpoint.Query.Length == 0 && endpoint.UserInfo.Length == 0
            ? endpoint
            : throw new DownloadException($"{name}: expected an address such as https://huggingface.co, found '{text}'.");

    private static string? CleanToken(string? text, string name)
    {
        string? token = text?.Trim();
        if (string.IsNullOrEmpty(token)) return null;
        return token.All(static character => char.IsAsciiLetterOrDigit(character) || "-._~+/=".Contains(character, StringComparison.Ordinal))
            ? token
            : throw new DownloadException($"{name}: expected a token of letters, digits and -._~+/=, found other characters in it.");
    }
}
