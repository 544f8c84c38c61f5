namespace VoiceGlm;

/// <summary>Holds the speech decoder's weights. Thread-safe; lives as long as the process.</summary>
public interface ISpeechDecoderFactory
{
    /// <summary>The rate of the decoded speech.</summary>
    SampleRate OutputSampleRate { get; }

    /// <summary>Speech tokens in a second of speech.</summary>
    double SpeechTokensPerSecond { get; }

    /// <summary>Creates the decoder of one reply.</summary>
    ISpeechDecoder Create();
}

/// <summary>Voices one reply: owns its mel overlap and vocoder state. Not thread-safe; dispose to abandon.</summary>
public interface ISpeechDecoder : IDisposable
{
    /// <summary>Takes the next speech token of the reply.</summary>
    /// <returns>The speech that became ready, or <see langword="null"/> until a block is full.</returns>
    ValueTask<AudioFrame?> AppendAsync(SpeechToken token, CancellationToken cancellationToken);

    /// <summary>Ends the reply: speaks what is held back.</summary>
    /// <returns>The rest of the speech, or <see langword="null"/> when there is none.</returns>
    ValueTask<AudioFrame?> CompleteAsync(CancellationToken cancellationToken);
}
