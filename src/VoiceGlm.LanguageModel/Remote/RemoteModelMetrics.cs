using System.Diagnostics.Metrics;

namespace VoiceGlm.LanguageModel;

/// <summary>What servers are measured by. Thread-safe.</summary>
internal sealed class RemoteModelMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "VoiceGlm.LanguageModel";

    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _tokenRate;
    private readonly Counter<int> _failures;
    private readonly Counter<int> _primes;

    public RemoteModelMetrics(IMeterFactory factory, EndpointPool pool)
    {
        Meter meter = factory.Create(MeterName);
        _firstToken = meter.CreateHistogram(
            "voiceglm.remote_model.time_to_first_token", "s", "Time from a request for a reply to its first token, further attempts included.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5] });
        _tokenRate = meter.CreateHistogram(
            "voiceglm.remote_model.token_rate", "{token}/s", "Tokens per second of a reply after its first, while it was waited for.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [5, 10, 20, 30, 40, 50, 75, 100, 150, 200, 400] });
        _failures = meter.CreateCounter<int>("voiceglm.remote_model.failures", "{request}", "Requests that failed, by server and kind.");
        _primes = meter.CreateCounter<int>("voiceglm.remote_model.primes", "{request}", "Times that a server was made to read a conversation before a reply was asked for.");
        meter.CreateObservableGauge(
            "voiceglm.remote_model.healthy_endpoints", () => pool.Statuses.Count(static status => status.IsHealthy), "{endpoint}", "Servers that answer and serve the model.");
    }

    /// <summary>A reply has got its first token.</summary>
    public void RecordFirstToken(Uri server, TimeSpan elapsed) => _firstToken.Record(elapsed.TotalSeconds, Server(server));

    /// <summary>A reply has ended.</summary>
    /// <param name="server">Who made it.</param>
    /// <param name="tokens">Tokens after the first.</param>
    /// <param name="waited">Time that they were waited for.</param>
    public void RecordReply(Uri server, int tokens, TimeSpan waited)
    {
        if (tokens > 0 && waited > TimeSpan.Zero) _tokenRate.Record(tokens / waited.TotalSeconds, Server(server));
    }

    /// <summary>A request has failed.</summary>
    public void CountFailure(Uri server, RemoteFailure failure) => _failures.Add(1, Server(server), new KeyValuePair<string, object?>("error.type", failure switch
    {
        RemoteFailure.Unreachable => "unreachable",
        RemoteFailure.Busy => "busy",
        RemoteFailure.ServerError => "server_error",
        RemoteFailure.TimedOut => "timed_out",
        RemoteFailure.Cut => "cut",
        RemoteFailure.Refused => "refused",
        _ => "malformed",
    }));

    /// <summary>A server is made to read ahead.</summary>
    public void CountPrime(Uri server) => _primes.Add(1, Server(server));

    private static KeyValuePair<string, object?> Server(Uri server) => new("server.address", server.Authority);
}
