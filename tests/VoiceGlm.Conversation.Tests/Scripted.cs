using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace VoiceGlm.Conversation.Tests;

/// <summary>Stages that do what a test tells them: the conversation itself is what is tested.</summary>
internal sealed class Scripted : IToolRouter, ITurnDetectorFactory, ISpeechTokenizerFactory, ILanguageModel, ISpeechDecoderFactory, IVoiceStagesSource
{
    /// <summary>Signals by the position of the frame that brings them.</summary>
    public ConcurrentDictionary<long, TurnSignalKind> Signals { get; } = [];

    /// <summary>The parts of each reply, in order: <c>text</c> letters and the number of speech tokens.</summary>
    public ConcurrentQueue<(string Text, int Speech)[]> Replies { get; } = new();

    /// <summary>What tools answer.</summary>
    public Func<ToolCall, CancellationToken, ValueTask<ToolAnswer>> Tool { get; set; } = static (_, _) => throw new InvalidOperationException("No tool was expected to be called.");

    /// <summary>What is said while tools work.</summary>
    public IReadOnlyList<ToolFiller> Fillers { get; set; } = [];

    /// <summary>The session as the last tool saw it.</summary>
    public IToolSession? ToolSession { get; private set; }

    /// <summary>What the model was made to do, in order.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Speech tokens of the last reply that were left in memory, for each time that the model was made to forget.</summary>
    public List<int> HeardSpeechTokens { get; } = [];

    /// <summary>Speech that the turn detector was told sounds.</summary>
    public long NotedSamples { get; private set; }

    /// <summary>Thrown by the decoder.</summary>
    public Exception? DecoderFailure { get; set; }

    /// <summary>Where replies wait before their part of this index.</summary>
    public (int Part, TaskCompletionSource Gate)? Wait { get; set; }

    public SampleRate OutputSampleRate => SampleRate.Vocoder;

    public double SpeechTokensPerSecond => 12.5;

    public VoiceStages Stages => new(this, this, this, this);

    public Task<VoiceStages> GetAsync(CancellationToken cancellationToken) => Task.FromResult(Stages);

    public int SpeechGroupTokens => 26;

    public ModelSession? Session { get; private set; }

    public ValueTask<ToolAnswer> CallAsync(ToolCall toolCall, IToolSession session, CancellationToken cancellationToken)
    {
        ToolSession = session;
        Log.Enqueue($"call {toolCall.Name} {toolCall.Arguments}");
        return Tool(toolCall, cancellationToken);
    }

    public IReadOnlyList<ToolFiller> FillersOf(ToolCall toolCall, string language) => Fillers;

    public ITurnDetector Create(SessionSettings settings) => new Detector(this);

    ISpeechTokenizer ISpeechTokenizerFactory.Create() => new Tokenizer();

    public ILanguageModelSession CreateSession(SessionSettings? settings = null) => Session = new ModelSession(this);

    ISpeechDecoder ISpeechDecoderFactory.Create() => new Decoder(this);

    private sealed class Detector(Scripted script) : ITurnDetector
    {
        public TurnSignal Process(AudioFrame frame) =>
            script.Signals.TryGetValue(frame.Position, out TurnSignalKind kind) ? new TurnSignal(kind, frame.Position) : default;

        public void NotePlayout(AudioFrame frame) => script.NotedSamples += frame.Samples.Length;

        public void SetMuted(bool muted) => script.Log.Enqueue($"muted {muted}");

        public TurnSignal SetPushToTalk(bool pressed) => new(pressed ? TurnSignalKind.SpeechStarted : TurnSignalKind.SpeechStopped, 0);

        public TurnSignal Commit() => new(TurnSignalKind.SpeechStopped, 0);

        public void Dispose()
        {
        }
    }

    // A token for every 1,280 samples, told in blocks of two; its value is the first sample of the 80 ms, times 1000.
    private sealed class Tokenizer : ISpeechTokenizer
    {
        private readonly List<float> _samples = [];
        private int _told;

        public ValueTask<SpeechTokenUpdate?> AppendAsync(AudioFrame frame, CancellationToken cancellationToken)
        {
            _samples.AddRange(frame.Samples.Span);
            int final = _samples.Count / 1280 / 2 * 2;
            if (final == _told) return new ValueTask<SpeechTokenUpdate?>((SpeechTokenUpdate?)null);
            var update = new SpeechTokenUpdate(_told, Tokens(final).AsMemory(_told));
            _told = final;
            return new ValueTask<SpeechTokenUpdate?>(update);
        }

        public ValueTask<Utterance> PreviewAsync(CancellationToken cancellationToken) => new(new Utterance(Tokens((_samples.Count + 1279) / 1280)));

        public ValueTask<Utterance> CompleteAsync(CancellationToken cancellationToken) => PreviewAsync(cancellationToken);

        public void Dispose()
        {
        }

        private SpeechToken[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(i => new SpeechToken((int)MathF.Round(_samples[i * 1280] * 1000)))];
    }

    /// <summary>A model that remembers tokens as strings.</summary>
    internal sealed class ModelSession(Scripted script) : ILanguageModelSession
    {
        public List<string> Memory { get; } = [];

        public int Position => Memory.Count;

        public int Capacity { get; set; } = 10_000;

        public Deadline PlayoutDeadline { get; set; }

        public int UnansweredSpeechTokens => Memory.AsEnumerable().Reverse().TakeWhile(static token => token.StartsWith('s')).Count();

        public SessionSettings? Settings { get; private set; }

        public void Configure(SessionSettings settings) => Settings = settings;

        public Task HearAsync(SpeechTokenUpdate update, CancellationToken cancellationToken)
        {
            int unanswered = UnansweredSpeechTokens;
            if (unanswered == 0) Memory.Add("<user>");
            Assert.InRange(update.FirstIndex, 0, unanswered);
            Memory.RemoveRange(Memory.Count - unanswered + update.FirstIndex, unanswered - update.FirstIndex);
            foreach (SpeechToken token in update.Tokens.Span) Memory.Add($"s{token.CodebookIndex}");
            script.Log.Enqueue($"hear {update.FirstIndex}+{update.Tokens.Length}");
            return Task.CompletedTask;
        }

        public Task ReadAsync(string text, CancellationToken cancellationToken)
        {
            Memory.Add("<user>");
            Memory.Add(text);
            script.Log.Enqueue($"read {text}");
            return Task.CompletedTask;
        }

        public Task ObserveAsync(string text, CancellationToken cancellationToken)
        {
            Memory.Add("<observation>");
            Memory.Add(text);
            script.Log.Enqueue($"observe {text}");
            return Task.CompletedTask;
        }

        public async IAsyncEnumerable<ReplyPart> ReplyAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            script.Log.Enqueue("reply");
            Memory.Add("<assistant>");
            int part = 0;
            foreach ((string text, int speech) in script.Replies.TryDequeue(out (string, int)[]? reply) ? reply : [])
            {
                foreach (char letter in text)
                {
                    await ArriveAsync(part++);
                    Memory.Add($"{letter}");
                    yield return new ReplyPart.Text($"{letter}") { Position = Memory.Count };
                }

                for (int i = 0; i < speech; i++)
                {
                    await ArriveAsync(part++);
                    Memory.Add($"a{i}");
                    yield return new ReplyPart.Speech(new SpeechToken(i)) { Position = Memory.Count };
                }
            }

            async ValueTask ArriveAsync(int index)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (script.Wait is { } wait && wait.Part == index) await wait.Gate.Task.WaitAsync(cancellationToken);
            }
        }

        public void Rewind(int position)
        {
            Assert.InRange(position, 0, Memory.Count);
            Memory.RemoveRange(position, Memory.Count - position);
            script.Log.Enqueue($"rewind {position}");
            script.HeardSpeechTokens.Add(Memory.Skip(Memory.LastIndexOf("<assistant>") + 1).Count(static token => token is ['a', >= '0' and <= '9', ..]));
        }

        public bool ForgetOldestTurn()
        {
            int second = Memory.FindIndex(Math.Min(1, Memory.Count), static token => token == "<user>");
            if (second < 0) return false;
            Memory.RemoveRange(0, second);
            script.Log.Enqueue("forget");
            return true;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    // Ten tokens are a block of 0.8 s.
    private sealed class Decoder(Scripted script) : ISpeechDecoder
    {
        private int _pending;
        private long _position;

        public Deadline PlayoutDeadline { get; set; }

        public ValueTask<AudioFrame?> AppendAsync(SpeechToken token, CancellationToken cancellationToken)
        {
            if (script.DecoderFailure is { } failure) throw failure;
            return new ValueTask<AudioFrame?>(++_pending == 10 ? Take() : null);
        }

        public ValueTask<AudioFrame?> CompleteAsync(CancellationToken cancellationToken) => new(_pending > 0 ? Take() : null);

        public void Dispose()
        {
        }

        private AudioFrame? Take()
        {
            var frame = new AudioFrame(new float[_pending * 1764], SampleRate.Vocoder, _position);
            _position += frame.Samples.Length;
            _pending = 0;
            return frame;
        }
    }
}
