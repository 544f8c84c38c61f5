using System.ComponentModel.DataAnnotations;

namespace VoiceGlm.Hosting;

/// <summary>The servers that continue conversations when <see cref="ModelOptions.Engine"/> is <c>openai-compatible</c>.</summary>
public sealed class RemoteOptions
{
    /// <summary>Addresses of the servers, with commas between them, such as <c>http://gpu1:8000,http://gpu2:8000</c>; each serves the same checkpoint.</summary>
    public string Endpoints { get; set; } = "";

    /// <summary>The name that the servers know the model by. Empty, the default, for the first one that each of them lists.</summary>
    public string Model { get; set; } = "";

    /// <summary>The key that the servers ask for. Empty, the default, for none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>How long a server is given to accept a connection. Default: 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one attempt waits for the first token of a reply. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan FirstTokenTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a reply waits for each further token. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan TokenTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Further attempts at a reply of which no token has come yet. Default: 2.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 2;

    /// <summary>How often each server is asked whether it is well. Default: every 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan HealthInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Tokens unknown to a conversation's server from which on it is made to read them before a reply is asked for; 0 for never. Default: 256.</summary>
    [Range(0, 1_000_000)]
    public int PrimeTokens { get; set; } = 256;
}
