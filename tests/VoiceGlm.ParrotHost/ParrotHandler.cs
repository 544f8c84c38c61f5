using System.Diagnostics;
using System.Threading.Channels;

namespace VoiceGlm.ParrotHost;

/// <summary>
/// A conversation without a model: says back what it hears, and can be interrupted. What is written is answered in tones;
/// <c>/queue</c>, <c>/fail</c>, <c>/cards</c> and <c>/end</c> show what is hard to bring about otherwise, and a picture is shown again.
/// </summary>
public sealed class ParrotHandler : IVoiceConnectionHandler
{
    /// <inheritdoc/>
    public async Task RunAsync(IVoiceConnection connection, SessionSettings settings, CancellationToken cancellationToken)
    {
        await using var session = new Session(connection);
        await session.RunAsync(settings, cancellationToken);
    }

    private sealed class Session(IVoiceConnection connection) : IAsyncDisposable
    {
        private const float SpeechLevel = 0.02f;
        private const int StartFrames = 4;
        private const int StopFrames = 30;

        private readonly Channel<object> _inbox = Channel.CreateBounded<object>(64);
        private readonly List<float> _utterance = [];
        private long _turns;
        private long _pictures;
        private int _loud;
        private int _quiet;
        private bool _isSpeech;
        private bool _isHeld;
        private Reply? _reply;

        public async Task RunAsync(SessionSettings settings, CancellationToken cancellationToken)
        {
            await Tell(new VoiceEvent.StateChanged(ConversationState.Listening), cancellationToken);
            if (settings.Greeting is { Length: > 0 } greeting) Answer(greeting, Tones(greeting), null, cancellationToken);
            Task pumps = Task.WhenAll(Pump(connection.Microphone, cancellationToken), Pump(connection.Commands, cancellationToken))
                .ContinueWith(_ => _inbox.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await foreach (object item in _inbox.Reader.ReadAllAsync(cancellationToken))
            {
                if (item is AudioFrame frame) await Hear(frame, cancellationToken);
                else if (!await Obey((VoiceCommand)item, cancellationToken)) return;
            }

            await pumps;
        }

        public async ValueTask DisposeAsync()
        {
            if (_reply is { } reply) await reply.StopAsync();
        }

        private async Task Hear(AudioFrame frame, CancellationToken cancellationToken)
        {
            float energy = 0;
            foreach (float sample in frame.Samples.Span) energy += sample * sample;
            float level = MathF.Sqrt(energy / frame.Samples.Length);
            _loud = level > SpeechLevel ? _loud + 1 : 0;
            _quiet = level > SpeechLevel ? 0 : _quiet + 1;
            _utterance.AddRange(frame.Samples.Span);
            if (!_isSpeech && !_isHeld && _utterance.Count > 16 * 320) _utterance.RemoveRange(0, _utterance.Count - (16 * 320));
            if (!_isSpeech && _loud >= StartFrames) await Begin(frame.Timestamp, cancellationToken);
            else if (_isSpeech && !_isHeld && (_quiet >= StopFrames || _utterance.Count > 20 * 16_000)) await Finish(frame.Timestamp, cancellationToken);
        }

        private async Task<bool> Obey(VoiceCommand command, CancellationToken cancellationToken)
        {
            switch (command)
            {
                case VoiceCommand.HangUp:
                    await Tell(new VoiceEvent.SessionEnded("hung_up", "Goodbye."), cancellationToken);
                    return false;
                case VoiceCommand.Interrupt:
                    await Interrupt();
                    await Tell(new VoiceEvent.StateChanged(ConversationState.Listening), cancellationToken);
                    break;
                case VoiceCommand.PushToTalk { Pressed: var pressed }:
                    _isHeld = pressed;
                    if (pressed && !_isSpeech) await Begin(TimeSpan.Zero, cancellationToken);
                    else if (!pressed && _isSpeech) await Finish(TimeSpan.FromSeconds(_utterance.Count / 16_000.0), cancellationToken);
                    break;
                case VoiceCommand.Commit when _isSpeech:
                    await Finish(TimeSpan.Zero, cancellationToken);
                    break;
                case VoiceCommand.SendText { Text: "/queue" }:
                    await Tell(new VoiceEvent.Queued(2), cancellationToken);
                    break;
                case VoiceCommand.SendText { Text: "/fail" }:
                    var turn = new TurnId(++_turns);
                    await Tell(new VoiceEvent.ResponseCreated(turn), cancellationToken);
                    await Tell(new VoiceEvent.ResponseDone(turn, TurnStatus.Failed, TimeSpan.Zero, "", new TurnFailure(VoiceStage.LanguageModel, "The answer could not be made.")), cancellationToken);
                    break;
                case VoiceCommand.SendText { Text: "/cards" }:
                    foreach ((string id, Card card) in ParrotCards.All) await Tell(new VoiceEvent.CardShown(id, card), cancellationToken);
                    break;
                case VoiceCommand.ShowImage { Image: var image }:
                    await Tell(new VoiceEvent.CardShown($"look-{++_pictures}", ParrotCards.Look(image)), cancellationToken);
                    break;
                case VoiceCommand.SendText { Text: "/end" }:
                    await Tell(new VoiceEvent.SessionEnded("capacity", "All places are taken. Please try again in a moment."), cancellationToken);
                    return false;
                case VoiceCommand.SendText { Text: var text }:
                    await Interrupt();
                    await Tell(new VoiceEvent.UserText(text), cancellationToken);
                    string words = $"You wrote “{text}”. I am a parrot, so all that I can do is to say it back, in tones that rise and fall like a voice would, for as long as the sentence lasts.";
                    Answer(words, Tones(words), null, cancellationToken);
                    break;
            }

            return true;
        }

        private async Task Begin(TimeSpan at, CancellationToken cancellationToken)
        {
            _isSpeech = true;
            await Tell(new VoiceEvent.SpeechStarted(at), cancellationToken);
            await Interrupt();
            await Tell(new VoiceEvent.StateChanged(ConversationState.UserSpeaking), cancellationToken);
        }

        private async Task Finish(TimeSpan at, CancellationToken cancellationToken)
        {
            long decided = Stopwatch.GetTimestamp();
            float[] heard = [.. _utterance];
            _isSpeech = false;
            _utterance.Clear();
            await Tell(new VoiceEvent.SpeechStopped(at - TimeSpan.FromMilliseconds(20 * StopFrames)), cancellationToken);
            Answer($"I heard you speak for {heard.Length / 16_000.0:F1} seconds, and this is what it sounded like to me. You can interrupt me whenever you like.", heard, decided, cancellationToken);
        }

        private void Answer(string words, float[] samples, long? decided, CancellationToken cancellationToken) =>
            _reply = new Reply(connection, new TurnId(++_turns), words, samples, decided, cancellationToken);

        private async Task Interrupt()
        {
            if (_reply is { } reply) await reply.InterruptAsync();
            _reply = null;
        }

        private ValueTask Tell(VoiceEvent voiceEvent, CancellationToken cancellationToken) => connection.SendAsync(voiceEvent, cancellationToken);

        private async Task Pump<T>(ChannelReader<T> reader, CancellationToken cancellationToken)
            where T : notnull
        {
            await foreach (T item in reader.ReadAllAsync(cancellationToken)) await _inbox.Writer.WriteAsync(item, cancellationToken);
        }

        /// <summary>A syllable of 160 ms for each four letters, gliding.</summary>
        private static float[] Tones(string words)
        {
            float[] samples = new float[Math.Max(1, words.Length / 4) * 2_560];
            double phase = 0;
            for (int i = 0; i < samples.Length; i++)
            {
                double within = i % 2_560 / 2_560.0;
                phase += 2 * Math.PI * (180 + (60 * Math.Sin(i / 9_000.0)) + (30 * within)) / 16_000;
                samples[i] = (float)(0.25 * Math.Sin(Math.PI * within) * (Math.Sin(phase) + (0.4 * Math.Sin(2 * phase))));
            }

            return samples;
        }
    }

    /// <summary>One reply on its way.</summary>
    private sealed class Reply
    {
        private readonly IVoiceConnection _connection;
        private readonly TurnId _turn;
        private readonly string _words;
        private readonly TimeSpan _duration;
        private readonly CancellationTokenSource _cancellation;
        private readonly Task _completion;
        private bool _isInterrupted;
        private bool _isDone;

        public Reply(IVoiceConnection connection, TurnId turn, string words, float[] samples, long? decided, CancellationToken cancellationToken)
        {
            _connection = connection;
            _turn = turn;
            _words = words;
            _duration = SampleRate.Wideband.DurationOf(samples.Length);
            _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _completion = SpeakAsync(samples, decided ?? Stopwatch.GetTimestamp(), _cancellation.Token);
        }

        /// <summary>Silences the mouth, stops the mind, says what was heard.</summary>
        public async Task InterruptAsync()
        {
            if (_isDone) return;
            _isInterrupted = true; // A flush completes the draining, too.
            TimeSpan heard = await _connection.FlushAsync(_turn);
            await StopAsync();
            int letters = (int)(_words.Length * Math.Min(1, heard / _duration));
            await _connection.SendAsync(new VoiceEvent.ResponseDone(_turn, TurnStatus.Cancelled, heard, _words[..letters]), CancellationToken.None);
        }

        public async Task StopAsync()
        {
            await _cancellation.CancelAsync();
            await _completion;
        }

        private async Task SpeakAsync(float[] samples, long decided, CancellationToken cancellationToken)
        {
            try
            {
                await _connection.SendAsync(new VoiceEvent.StateChanged(ConversationState.Thinking), cancellationToken);
                await _connection.SendAsync(new VoiceEvent.ResponseCreated(_turn), cancellationToken);
                TimeSpan thought = TimeSpan.FromMilliseconds(600);
                await Task.Delay(thought, cancellationToken); // A model would think here, and a person can see it.
                string[] words = _words.Split(' ');
                for (int start = 0, word = 0; start < samples.Length; start += 1_600)
                {
                    for (; word < words.Length && word <= (long)words.Length * (start + 16_000) / samples.Length; word++)
                        await _connection.SendAsync(new VoiceEvent.TextDelta(_turn, word == 0 ? words[0] : " " + words[word]), cancellationToken);
                    await _connection.PlayAsync(_turn, new AudioFrame(samples.AsMemory(start..Math.Min(start + 1_600, samples.Length)), SampleRate.Wideband, start), cancellationToken);
                    if (start > 0) continue;
                    TimeSpan firstAudio = Stopwatch.GetElapsedTime(decided);
                    await _connection.SendAsync(new VoiceEvent.StateChanged(ConversationState.Speaking), cancellationToken);
                    await _connection.SendAsync(
                        new VoiceEvent.TurnTimed(_turn, new TurnTimings(TimeSpan.FromMilliseconds(300), 0.1 * thought, 0.15 * thought, 0.25 * thought, 0.5 * thought, firstAudio, 0.2 * thought, 0.3 * thought)),
                        cancellationToken);
                }

                await _connection.DrainAsync(_turn, cancellationToken);
                if (_isInterrupted) return;
                _isDone = true;
                await _connection.SendAsync(new VoiceEvent.ResponseDone(_turn, TurnStatus.Completed, _duration, _words), cancellationToken);
                await _connection.SendAsync(new VoiceEvent.StateChanged(ConversationState.Listening), cancellationToken);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }
}
