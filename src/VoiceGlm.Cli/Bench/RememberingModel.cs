using System.Runtime.CompilerServices;

namespace VoiceGlm.Cli;

/// <summary>A language model that tells how many speech tokens of a reply it remembers when the reply was cut.</summary>
/// <param name="model">The model.</param>
/// <param name="cut">Told the number.</param>
internal sealed class RememberingModel(ILanguageModel model, Action<int> cut) : ILanguageModel
{
    /// <inheritdoc/>
    public int SpeechGroupTokens => model.SpeechGroupTokens;

    /// <inheritdoc/>
    public int? MaxSessions => model.MaxSessions;

    /// <inheritdoc/>
    public ILanguageModelSession CreateSession(SessionSettings? settings = null) => new Session(model.CreateSession(settings), cut);

    private sealed class Session(ILanguageModelSession session, Action<int> cut) : ILanguageModelSession
    {
        private readonly List<int> _speech = [];

        public int Position => session.Position;

        public Deadline PlayoutDeadline
        {
            get => session.PlayoutDeadline;
            set => session.PlayoutDeadline = value;
        }

        public int Capacity => session.Capacity;

        public int UnansweredSpeechTokens => session.UnansweredSpeechTokens;

        public void Configure(SessionSettings settings) => session.Configure(settings);

        public Task HearAsync(SpeechTokenUpdate update, CancellationToken cancellationToken) => session.HearAsync(update, cancellationToken);

        public Task ReadAsync(string text, CancellationToken cancellationToken) => session.ReadAsync(text, cancellationToken);

        public Task ObserveAsync(string text, CancellationToken cancellationToken) => session.ObserveAsync(text, cancellationToken);

        public async IAsyncEnumerable<ReplyPart> ReplyAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            _speech.Clear();
            await foreach (ReplyPart part in session.ReplyAsync(cancellationToken).ConfigureAwait(false))
            {
                if (part is ReplyPart.Speech) _speech.Add(part.Position);
                yield return part;
            }
        }

        public void Rewind(int position)
        {
            session.Rewind(position);
            cut(_speech.Count(place => place <= session.Position));
        }

        public bool ForgetOldestTurn() => session.ForgetOldestTurn();

        public ValueTask DisposeAsync() => session.DisposeAsync();
    }
}
