namespace VoiceGlm;

/// <summary>Holds the speech tokenizer's weights. Thread-safe; lives as long as the process.</summary>
public interface ISpeechTokenizerFactory
{
    /// <summary>Creates the tokenizer of one utterance.</summary>
    ISpeechTokenizer Create();
}

/// <summary>Hears one utterance while it is spoken. Not thread-safe; dispose to abandon.</summary>
public interface ISpeechTokenizer : IDisposable
{
    /// <summary>Hears the next samples.</summary>
    /// <param name="frame">Mono samples of any length; every frame of an utterance has the same sample rate.</param>
    /// <param name="cancellationToken">Ends the encoder's run; the tokenizer can then only be disposed.</param>
    /// <returns>The tokens that this frame decided or changed, or <see langword="null"/> when there are none.</returns>
    /// <exception cref="ArgumentException">The frame has another sample rate than the frames before it.</exception>
    ValueTask<SpeechTokenUpdate?> AppendAsync(AudioFrame frame, CancellationToken cancellationToken);

    /// <summary>
    /// Tells the utterance as if it ended here, without ending it: what a pause is answered with before it is known to be the
    /// end. When nothing is appended afterwards, <see cref="CompleteAsync"/> has nothing left to do.
    /// </summary>
    /// <param name="cancellationToken">Ends the encoder's run; the tokenizer can then only be disposed.</param>
    /// <returns>All tokens of the utterance so far: equal to those of the same samples heard in one piece.</returns>
    ValueTask<Utterance> PreviewAsync(CancellationToken cancellationToken);

    /// <summary>Encodes what is left, once, when the utterance has ended.</summary>
    /// <param name="cancellationToken">Ends the encoder's run; the tokenizer can then only be disposed.</param>
    /// <returns>All tokens of the utterance: equal to those of the same samples heard in one piece.</returns>
    ValueTask<Utterance> CompleteAsync(CancellationToken cancellationToken);
}

/// <summary>Tokens that an utterance has from a position on.</summary>
/// <param name="FirstIndex">Index in the utterance of the first of <paramref name="Tokens"/>; earlier tokens stand.</param>
/// <param name="Tokens">
/// The tokens from <paramref name="FirstIndex"/> on. As a rule they follow the tokens already told. When speech grew so much
/// louder that the floor of the log-mel spectrogram rose over earlier frames, they replace tokens told before.
/// </param>
public readonly record struct SpeechTokenUpdate(int FirstIndex, ReadOnlyMemory<SpeechToken> Tokens);
