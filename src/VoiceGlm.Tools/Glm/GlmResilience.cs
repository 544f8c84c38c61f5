using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace VoiceGlm.Tools.Glm;

/// <summary>
/// When a request is sent again, and when none is sent at all. What went wrong decides, never the status alone. Thread-safe.
/// </summary>
internal sealed class GlmResilience
{
    /// <summary>Attempts beyond the first.</summary>
    public const int Retries = 2;

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromSeconds(0.4);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(10);

    private readonly Func<double> _random;

    /// <param name="time">The clock.</param>
    /// <param name="random">Numbers in [0, 1): a delay is a random part of the longest, so that many clients do not come at once.</param>
    public GlmResilience(TimeProvider time, Func<double>? random = null)
    {
        _random = random ?? Random.Shared.NextDouble;
        ResiliencePipeline breaker = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = static arguments => new ValueTask<bool>(arguments.Outcome.Exception is GlmException { Error.IsOutage: true }),
                FailureRatio = 0.5,
                MinimumThroughput = 5,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(15),
            })
            .Build();
        Free = Pipeline(time, breaker, static error => error.Kind is GlmErrorKind.Connect or GlmErrorKind.Lost or GlmErrorKind.Busy or GlmErrorKind.Server);
        // What costs is asked for again only where it is certain that it was not taken.
        Billable = Pipeline(time, breaker, static error => error.Kind is GlmErrorKind.Connect or GlmErrorKind.Busy || error is { Kind: GlmErrorKind.Server, IsTold: true });
    }

    /// <summary>For requests that may be answered twice.</summary>
    public ResiliencePipeline Free { get; }

    /// <summary>For requests that may be taken once.</summary>
    public ResiliencePipeline Billable { get; }

    private ResiliencePipeline Pipeline(TimeProvider time, ResiliencePipeline breaker, Func<GlmError, bool> isRetried) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => new ValueTask<bool>(arguments.Outcome.Exception is GlmException failed && isRetried(failed.Error)),
            MaxRetryAttempts = Retries,
            DelayGenerator = arguments => new ValueTask<TimeSpan?>(Delay((arguments.Outcome.Exception as GlmException)?.Error.RetryAfter, arguments.AttemptNumber)),
        })
        .AddPipeline(breaker)
        .Build();

    private TimeSpan Delay(TimeSpan? asked, int attempt)
    {
        if (asked is { } wait) return wait < s_longestDelay ? wait : s_longestDelay;
        return s_firstDelay * Math.Pow(2, attempt) * _random();
    }
}
