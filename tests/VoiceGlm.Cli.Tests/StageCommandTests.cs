using System.Text.Json;
using VoiceGlm.Audio;
using VoiceGlm.Testing;

namespace VoiceGlm.Cli.Tests;

/// <summary>The commands of the stages, against a whole turn that the official code recorded.</summary>
public sealed class StageCommandTests(GoldenModel model) : IClassFixture<GoldenModel>, IDisposable
{
    private static readonly JsonElement s_manifest = JsonDocument.Parse(File.ReadAllText(Repository.Fixture("e2e", "manifest.json"))).RootElement;

    private readonly TemporaryFolder _folder = new();

    private static JsonElement Turn => s_manifest.GetProperty("turns").GetProperty("demo_audio");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("20")]
    [InlineData("7")]
    [InlineData(null)]
    public async Task Tokenize_gives_the_recorded_tokens_in_any_chunks(string? milliseconds)
    {
        string[] chunk = milliseconds is null ? [] : ["--chunk-milliseconds", milliseconds];

        Cli result = await Cli.SucceedAsync(["tokenize", Repository.Fixture("audio", "speech_en.wav"), "--model", model.Path, "--json", .. chunk]);

        Assert.Equal(Integers(Turn.GetProperty("speech_tokens")), Integers(result.Json.GetProperty("tokens")));
    }

    [Fact]
    public async Task Generate_continues_the_recorded_prompt_greedily_without_the_end_token()
    {
        int[] generated = Integers(Turn.GetProperty("generated"));
        string prompt = WriteIds(Integers(Turn.GetProperty("prompt_ids")), ",");

        Cli result = await Cli.SucceedAsync("generate", "--prompt-ids", prompt, "--greedy", "--model", model.Path, "--json");

        Assert.Equal(generated[..^1], Integers(result.Json.GetProperty("ids")));
        Assert.Equal(Turn.GetProperty("text").GetString(), result.Json.GetProperty("text").GetString());
        Assert.Equal(Integers(Turn.GetProperty("audio_tokens")), Integers(result.Json.GetProperty("speech")));
    }

    [Fact]
    public async Task Generate_stops_at_the_number_of_tokens_that_was_asked_for()
    {
        string prompt = WriteIds(Integers(Turn.GetProperty("prompt_ids")), "\n");

        Cli result = await Cli.SucceedAsync("generate", "--prompt-ids", prompt, "--greedy", "--max-new-tokens", "5", "--model", model.Path, "--json");

        Assert.Equal(Integers(Turn.GetProperty("generated"))[..5], Integers(result.Json.GetProperty("ids")));
    }

    [Fact]
    public async Task Generate_reads_a_JSON_array_from_standard_input()
    {
        string prompt = Turn.GetProperty("prompt_ids").GetRawText();

        Cli result = await Cli.RunWithInputAsync(prompt, "generate", "--prompt-ids", "-", "--greedy", "--max-new-tokens", "3", "--model", model.Path, "--json");

        Assert.Equal(Integers(Turn.GetProperty("generated"))[..3], Integers(result.Json.GetProperty("ids")));
    }

    [Fact]
    public async Task Speak_with_demo_parity_speaks_as_the_official_demo()
    {
        JsonElement recorded = s_manifest.GetProperty("cases").GetProperty("demo_audio");
        string tokens = WriteIds(Integers(Turn.GetProperty("audio_tokens")), " ");

        await Cli.SucceedAsync("speak", "--tokens", tokens, "--output", _folder["demo.wav"], "--parity", "demo", "--model", model.Path);

        float[] expected = [.. Enumerable.Range(0, recorded.GetProperty("calls").GetArrayLength())
            .SelectMany(static call => Npy.Read<float>("e2e", "demo_audio", $"call{call}", "returned_speech.npy").Values)];
        WaveFile spoken = WaveFile.Read(_folder["demo.wav"]);
        Assert.Equal(new SampleRate(22_050), spoken.SampleRate);
        Close.Equal(expected, spoken.Channel(0).Span, recorded.GetProperty("publish_speech_max_abs").GetDouble());
    }

    [Fact]
    public async Task Speak_speaks_every_token()
    {
        int[] tokens = Integers(Turn.GetProperty("audio_tokens"));

        Cli result = await Cli.SucceedAsync("speak", "--tokens", WriteIds(tokens, " "), "--output", _folder["speech.wav"], "--model", model.Path, "--json");

        int frames = (int)(tokens.Length / 12.5f * 22_050 / 256);
        Assert.Equal(frames * 256, WaveFile.Read(_folder["speech.wav"]).SampleCount);
        Assert.Equal(tokens.Length, result.Json.GetProperty("speech_tokens").GetInt32());
        Assert.InRange(result.Json.GetProperty("first_audio_ms").GetDouble(), 0, result.Json.GetProperty("total_ms").GetDouble());
    }

    [Fact]
    public async Task Talk_answers_the_recorded_question_with_the_recorded_words()
    {
        Cli result = await Cli.SucceedAsync(
            "talk", Repository.Fixture("audio", "speech_en.wav"), "--model", model.Path, "--output", _folder["answer.wav"], "--greedy", "--chunk-milliseconds", "20", "--json");

        int tokens = Turn.GetProperty("audio_tokens").GetArrayLength();
        Assert.Equal(Turn.GetProperty("text").GetString(), result.Json.GetProperty("text").GetString());
        Assert.Equal(tokens, result.Json.GetProperty("speech_tokens").GetInt32());
        WaveFile answer = WaveFile.Read(_folder["answer.wav"]);
        Assert.Equal(answer.SampleRate.DurationOf(answer.SampleCount).TotalSeconds, result.Json.GetProperty("audio_seconds").GetDouble(), 6);
        Assert.Equal(tokens * 0.08, result.Json.GetProperty("audio_seconds").GetDouble(), 1);
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(static element => element.GetInt32())];

    private string WriteIds(int[] ids, string separator)
    {
        File.WriteAllText(_folder["ids.txt"], string.Join(separator, ids));
        return _folder["ids.txt"];
    }
}
