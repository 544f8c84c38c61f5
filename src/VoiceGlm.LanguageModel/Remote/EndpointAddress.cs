namespace VoiceGlm.LanguageModel;

/// <summary>Where a server of the OpenAI protocol is: the address above its <c>/v1</c> and <c>/health</c>, with a slash at the end.</summary>
public static class EndpointAddress
{
    /// <summary>Reads addresses with commas between them, such as <c>http://gpu1:8000, http://gpu2:8000/v1</c>.</summary>
    /// <exception cref="FormatException">There is none, one is not an address, or one is there twice. The message is a sentence.</exception>
    public static IReadOnlyList<Uri> ParseList(string text)
    {
        Uri[] addresses = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
        if (addresses is []) throw new FormatException("Expected at least one address, such as http://localhost:8000, found none.");
        return addresses.GroupBy(static address => address).FirstOrDefault(static same => same.Count() > 1) is { } twice
            ? throw new FormatException($"Expected different addresses, found {twice.Key} {twice.Count()} times.")
            : addresses;
    }

    private static Uri Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            throw new FormatException($"Expected an address such as http://localhost:8000, found '{text}'.");
        }

        // What is not told is not repeated: it may hold a password.
        if (address.UserInfo.Length > 0) throw new FormatException($"Expected an address without a user or password, found one for {address.Host}; a key has an option of its own.");
        if (address.Query.Length + address.Fragment.Length > 0) throw new FormatException($"Expected an address without '?' and '#', found '{text}'.");
        string path = address.AbsolutePath.TrimEnd('/');
        if (path.EndsWith("/v1", StringComparison.Ordinal)) path = path[..^"/v1".Length];
        return new UriBuilder(address) { Path = path + "/" }.Uri;
    }
}
