using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

[assembly: AssemblyFixture(typeof(VoiceGlm.SpeechDecoder.Tests.DecoderFixture))]

namespace VoiceGlm.SpeechDecoder.Tests;

/// <summary>The small golden decoder, converted and loaded once for all tests.</summary>
public sealed class DecoderFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DecoderFixture()
    {
        CheckpointConverter.Convert([Repository.Fixture("flow", "model")], _folder["model"], progress: null, CancellationToken.None);
        Model = ModelFolder.Open(_folder["model"]);
        Flow = FlowModel.Load(Model, Options);
        Vocoder = new HiftVocoder(Model, Options);
        Hop = Model.Manifest.SpeechDecoder!.Vocoder.HopLength;
        Clock = new FrameClock(Flow.Manifest.TokenRate, Model.Manifest.SpeechDecoder.SampleRate, Hop);
    }

    internal ModelFolder Model { get; }

    internal GraphOptions Options { get; } = new() { Threads = 1 };

    internal FlowModel Flow { get; }

    internal HiftVocoder Vocoder { get; }

    internal FrameClock Clock { get; }

    internal int Hop { get; }

    internal InferenceDevice Device { get; } = new("test");

    /// <summary>A factory of the model's decoders.</summary>
    internal FlowSpeechDecoderFactory Load(SpeechDecoderOptions? options = null) =>
        FlowSpeechDecoderFactory.Load(Model, Device, options ?? new SpeechDecoderOptions(), Options);

    /// <summary>Tokens that vary, always the same.</summary>
    internal SpeechToken[] Tokens(int count, int seed = 7)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new SpeechToken(random.Next(Flow.Manifest.CodebookSize)))];
    }

    public void Dispose()
    {
        Device.Dispose();
        Flow.Dispose();
        Vocoder.Dispose();
        _folder.Dispose();
    }
}
