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
        Clock = new FrameClock(Flow.Manifest.TokenRate, Model.Manifest.SpeechDecoder!.SampleRate, Model.Manifest.SpeechDecoder.Vocoder.HopLength);
    }

    internal ModelFolder Model { get; }

    internal GraphOptions Options { get; } = new() { Threads = 1 };

    internal FlowModel Flow { get; }

    internal FrameClock Clock { get; }

    public void Dispose()
    {
        Flow.Dispose();
        _folder.Dispose();
    }
}
