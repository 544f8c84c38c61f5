using System.CommandLine;
using VoiceGlm.Downloads;

namespace VoiceGlm.Cli;

/// <summary>The options that say which hub is asked, and who asks.</summary>
internal sealed class HubFlags
{
    private readonly Option<HubKind> _source = new("--source")
    {
        Description = "How the hub is spoken to: 'huggingface' (and its mirrors) or 'modelscope'.",
        DefaultValueFactory = static _ => HubKind.HuggingFace,
    };

    private readonly Option<string?> _endpoint = new("--endpoint")
    {
        Description = "The hub's address. Default: $HF_ENDPOINT, else https://huggingface.co; for ModelScope $MODELSCOPE_DOMAIN, else https://www.modelscope.cn.",
        HelpName = "URL",
    };

    private readonly Option<string?> _owner = new("--owner")
    {
        Description = $"Who publishes the repositories. Default: {PublishedModel.OwnerOn(HubKind.HuggingFace)}; on ModelScope {PublishedModel.OwnerOn(HubKind.ModelScope)}.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = "A file with the token to show the hub. Default: $HF_TOKEN, else what 'hf auth login' keeps; for ModelScope $MODELSCOPE_API_TOKEN.",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        _source.AcceptOnlyFromAmong("huggingface", "modelscope");
        _owner.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string?>() is { } owner && !owner.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
            {
                result.AddError($"Option '--owner' expects a name of letters, digits, '-', '_' and '.'; found '{owner}'.");
            }
        });
        foreach (Option option in (Option[])[_source, _endpoint, _owner, _tokenFile]) command.Options.Add(option);
    }

    /// <summary>The hub, and who asks.</summary>
    /// <exception cref="DownloadException">The address is none, or the token's file holds none.</exception>
    public HubAddress Address(ParseResult parsed)
    {
        HubAddress address = HubAddress.FromEnvironment(parsed.GetValue(_source), Environment.GetEnvironmentVariable);
        if (parsed.GetValue(_endpoint) is { } endpoint) address = address with { Endpoint = HubAddress.ParseEndpoint(endpoint, "--endpoint") };
        return parsed.GetValue(_tokenFile) is { } file ? address with { Token = HubAddress.ReadToken(file) } : address;
    }

    /// <summary>Who publishes the repositories.</summary>
    public string Owner(ParseResult parsed) => parsed.GetValue(_owner) ?? PublishedModel.OwnerOn(parsed.GetValue(_source));
}
