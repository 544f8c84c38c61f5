using System.Text.Json;
using VoiceGlm.Testing;

namespace VoiceGlm.Cli.Tests;

public sealed class EvalCommandTests(GoldenModel model) : IClassFixture<GoldenModel>, IDisposable
{
    private const string Moon = """{"wav": null, "text": "Tell me about the moon. 介绍一下月亮。", "intent": "moon", "answer": "(?s)^.+$", "slots": "^(?:mars)$", "observation": "Fine."}""";
    private const string Heard = """{"wav": "wav/a.wav", "text": "anything", "intent": "any", "answer": "^(?:never this)$", "slots": null, "observation": null}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Intents_slots_and_tools_answers_are_counted_by_condition()
    {
        Write(Conversation("a", "typed", Moon), Conversation("b", "spoken", Heard, Heard));
        string answers = _folder["answers"];
        JsonElement json = (await Cli.SucceedAsync("eval", _folder.Path, "--model", model.Path, "--answers", answers, "--json")).Json;

        JsonElement typed = json.GetProperty("conditions")[0];
        Assert.Equal("typed", typed.GetProperty("condition").GetString());
        Assert.Equal(1, typed.GetProperty("turns").GetInt32());
        Assert.Equal(1, typed.GetProperty("intents").GetDouble());
        Assert.Equal(1, typed.GetProperty("turns_with_slots").GetInt32());
        Assert.Equal(0, typed.GetProperty("slots").GetDouble());
        Assert.Equal(1, typed.GetProperty("observations").GetInt32());
        JsonElement spoken = json.GetProperty("conditions")[1];
        Assert.Equal(2, spoken.GetProperty("turns").GetInt32());
        Assert.Equal(0, spoken.GetProperty("intents").GetDouble());
        Assert.Equal(JsonValueKind.Null, spoken.GetProperty("slots").ValueKind);

        Assert.Equal(["a", "b", "b"], json.GetProperty("wrong").EnumerateArray().Select(static wrong => wrong.GetProperty("conversation").GetString()));
        Assert.NotEqual("", json.GetProperty("wrong")[0].GetProperty("reply").GetString());
        Assert.True(json.GetProperty("real_time_factor").GetDouble() > 0);
        Assert.True(json.GetProperty("first_audio_ms").GetProperty("p50").GetDouble() > 0);
        Assert.True(File.Exists(Path.Combine(answers, "a-0.wav")));
    }

    [Fact]
    public async Task Table_is_for_people_and_a_part_of_the_set_is_spread_over_it()
    {
        Write([.. Enumerable.Range(0, 6).Select(i => Conversation($"{i}", i < 3 ? "first" : "second", Moon))]);
        Cli result = await Cli.SucceedAsync("eval", _folder.Path, "--model", model.Path, "--silent", "--limit", "2");
        Assert.Contains("first", result.Output);
        Assert.Contains("second", result.Output);
        Assert.Contains("100.0 %", result.Output);
        Assert.DoesNotContain("First audio", result.Output);
    }

    [Theory]
    [InlineData("{}", "line 1")]
    [InlineData("""{"id": "a", "condition": "c", "clock": null, "turns": []}""", "at least one turn")]
    [InlineData("""{"id": "a", "condition": "c", "clock": "noon", "turns": []}""", "line 1")]
    [InlineData("""{"id": "a", "condition": "c", "clock": null, "turns": [{"text": "t", "intent": "i", "answer": "(", "slots": null}]}""", "line 1")]
    [InlineData("""{"id": "a", "condition": "c", "clock": null, "turns": [{"wav": "no.wav", "text": "t", "intent": "i", "answer": "a"}]}""", "no.wav")]
    [InlineData("", "at least one conversation")]
    public async Task Line_that_is_no_conversation_is_named(string line, string found)
    {
        Write(line);
        Cli result = await Cli.RunAsync("eval", _folder.Path, "--model", model.Path);
        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Contains(found, result.Error);
    }

    [Fact]
    public async Task Missing_set_is_told()
    {
        Cli result = await Cli.RunAsync("eval", _folder["none"], "--model", model.Path);
        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Contains("conversations.jsonl: expected an evaluation set", result.Error);
    }

    private static string Conversation(string id, string condition, params string[] turns) =>
        $$"""{"id": "{{id}}", "condition": "{{condition}}", "voice": null, "clock": "2026-11-25T14:05", "turns": [{{string.Join(", ", turns)}}]}""";

    private void Write(params string[] lines)
    {
        Directory.CreateDirectory(_folder["wav"]);
        File.Copy(Repository.Fixture("audio", "mono_48k.wav"), _folder["wav/a.wav"], overwrite: true);
        File.WriteAllLines(_folder[EvaluationSet.FileName], lines);
    }
}
