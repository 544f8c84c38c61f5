namespace VoiceGlm.SpeechTokenizer.Tests;

public sealed class WhisperVqTokenizerTests(PublishedModel model) : IClassFixture<PublishedModel>
{
    public static TheoryData<string> Recordings => [.. PublishedModel.RecordingNames];

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Tokens_of_a_whole_recording_equal_the_reference(string name)
    {
        Audio.WaveFile wave = PublishedModel.Recording(name);
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        Heard heard = await Heard.InChunksAsync(tokenizer, wave.Channel(0), wave.SampleRate, wave.SampleCount);
        Assert.Equal(PublishedModel.Tokens(name), heard.Utterance);
    }
}
