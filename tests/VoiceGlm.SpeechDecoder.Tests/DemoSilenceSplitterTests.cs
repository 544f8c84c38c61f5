using VoiceGlm.Audio;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class DemoSilenceSplitterTests
{
    [Theory]
    [InlineData("all_zero_first")]
    [InlineData("clip")]
    [InlineData("ends_silent")]
    [InlineData("gap_exact_2205")]
    [InlineData("gap_in_middle")]
    [InlineData("gap_too_short")]
    [InlineData("no_gap")]
    public void Speech_is_given_out_as_the_files_of_the_demo(string name)
    {
        string[] path = ["audio_post", "stream_processor", name];
        int chunks = Directory.GetFiles(Repository.Fixture(path), "in*.npy").Length;
        var splitter = new DemoSilenceSplitter(SampleRate.Vocoder);
        for (int i = 0; i < chunks; i++)
        {
            float[]? played = splitter.Append(Npy.Read<float>([.. path, $"in{i}.npy"]).Values, last: i == chunks - 1);
            string expected = Repository.Fixture([.. path, $"out{i}.wav"]);
            Assert.Equal(File.Exists(expected), played is not null);
            if (played is null) continue;
            using var written = new MemoryStream();
            WaveFile.WritePcm16(written, played, SampleRate.Vocoder);
            Assert.Equal(File.ReadAllBytes(expected), written.ToArray());
        }

        Assert.Equal(0, splitter.HeldCount);
    }

    [Theory]
    [InlineData("demo_stream", "final_chunk_of_one_token", 2)]
    [InlineData("e2e", "demo_turn2", 2)]
    public void Recorded_turn_leaves_the_demo_as_its_file(string stage, string name, int calls)
    {
        var splitter = new DemoSilenceSplitter(SampleRate.Vocoder);
        float[]? played = null;
        for (int i = 0; i < calls; i++)
        {
            Assert.Null(played);
            played = splitter.Append(Npy.Read<float>(stage, name, $"call{i}", "returned_speech.npy").Values, last: i == calls - 1);
        }

        using var written = new MemoryStream();
        WaveFile.WritePcm16(written, played, SampleRate.Vocoder);
        Assert.Equal(File.ReadAllBytes(Repository.Fixture(stage, name, $"call{calls - 1}", "stream_chunk.wav")), written.ToArray());
    }
}
