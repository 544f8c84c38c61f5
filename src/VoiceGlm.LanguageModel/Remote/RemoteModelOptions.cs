namespace VoiceGlm.LanguageModel;

/// <summary>Which servers continue conversations, and how long they are waited for.</summary>
public sealed record RemoteModelOptions : ReplyOptions
{
    /// <summary>The servers (see <see cref="EndpointAddress.ParseList"/>); all serve the same checkpoint.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>The name that the servers know the model by, or <see langword="null"/> for the first one that each of them lists.</summary>
    public string? Model { get; init; }

    /// <summary>The key that the servers ask for, or <see langword="null"/> where they ask for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>How long a server is given to accept a connection. Default: 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one attempt waits for the first token of a reply. Default: 5 s.</summary>
    public TimeSpan FirstTokenTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a reply waits for each further token. Default: 5 s.</summary>
    public TimeSpan TokenTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Further attempts at a reply of which no token has come yet. Default: 2.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>How often each server is asked whether it is well. Default: every 5 s.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Tokens unknown to a conversation's server from which on it is made to read them before a reply is asked for; 0 for never. Default: 256.</summary>
    public int PrimeTokens { get; init; } = 256;

    /// <summary>The servers' addresses; never the key.</summary>
    public override string ToString() => string.Join(", ", Endpoints);

    /// <inheritdoc/>
    internal override void Validate(int longestContext)
    {
        ArgumentOutOfRangeException.ThrowIfZero(Endpoints.Count, nameof(Endpoints));
        RequirePositive(ConnectTimeout, nameof(ConnectTimeout));
        RequirePositive(FirstTokenTimeout, nameof(FirstTokenTimeout));
        RequirePositive(TokenTimeout, nameof(TokenTimeout));
        RequirePositive(HealthInterval, nameof(HealthInterval));
        ArgumentOutOfRangeException.ThrowIfNegative(Retries);
        ArgumentOutOfRangeException.ThrowIfNegative(PrimeTokens);
        base.Validate(longestContext);
    }

    private static void RequirePositive(TimeSpan time, string option) => ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, option);
}
