using System.Text.Json;
using VoiceGlm.Testing;

namespace VoiceGlm.Cli.Tests;

public sealed class BenchCommandTests(GoldenModel model) : IClassFixture<GoldenModel>
{
    [Fact]
    public async Task Conversation_tells_latencies_underruns_and_what_was_remembered_wrongly()
    {
        Cli result = await Cli.SucceedAsync("bench", "conversation", "--sessions", "2", "--seconds", "8", "--model", model.Path, "--json");

        JsonElement json = result.Json;
        Assert.Equal(2, json.GetProperty("sessions").GetInt32());
        Assert.Equal(8, json.GetProperty("seconds").GetDouble());
        Assert.InRange(json.GetProperty("turns").GetInt32(), 2, 20);
        Assert.Equal(0, json.GetProperty("failed_turns").GetInt32());
        Assert.Equal(0, json.GetProperty("heard_error_tokens").GetInt32());
        Assert.True(json.GetProperty("underruns").GetInt32() >= 0);
        AssertPercentiles(json.GetProperty("first_audio_ms"));
        if (json.GetProperty("interruptions").GetInt32() > 0) AssertPercentiles(json.GetProperty("barge_in_ms"));
        else Assert.Equal(JsonValueKind.Null, json.GetProperty("barge_in_ms").ValueKind);
    }

    [Fact]
    public async Task Conversation_asks_what_a_file_says_and_shows_a_table()
    {
        Cli result = await Cli.SucceedAsync(
            "bench", "conversation", "--seconds", "1", "--question", Repository.Fixture("audio", "mono_48k.wav"), "--model", model.Path);

        Assert.Contains("first audio", result.Output);
        Assert.Contains("underruns", result.Output);
    }

    [Theory]
    [InlineData("--sessions", "0")]
    [InlineData("--seconds", "0")]
    public async Task Conversation_refuses_numbers_that_make_no_sense(string option, string value)
    {
        Cli result = await Cli.RunAsync("bench", "conversation", option, value);

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(option, result.Error);
    }

    [Fact]
    public async Task Decode_tells_tokens_and_memory_of_every_batch()
    {
        Cli result = await Cli.SucceedAsync(
            "bench", "decode", model.Path, "--batch", "1", "6", "--prompt-tokens", "7", "--new-tokens", "4", "--threads", "1", "--json");

        JsonElement[] rows = [.. result.Json.EnumerateArray()];
        Assert.Equal([1, 6], rows.Select(static row => row.GetProperty("batch").GetInt32()));
        Assert.All(rows, static row => Assert.Equal("fp32", row.GetProperty("precision").GetString()));
        Assert.All(rows, static row => Assert.True(row.GetProperty("tokens_per_second").GetDouble() > 0));
        Assert.Equal(6 * rows[0].GetProperty("key_value_bytes").GetInt64(), rows[1].GetProperty("key_value_bytes").GetInt64());
        Assert.All(rows, static row => Assert.InRange(row.GetProperty("weight_bytes").GetInt64(), 1, long.MaxValue));
    }

    [Fact]
    public async Task Decode_on_a_gpu_that_the_program_was_not_built_for_is_told()
    {
        Cli result = await Cli.RunAsync("bench", "decode", model.Path, "--batch", "1", "--cuda", "0");
        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Contains("expected a program that runs graphs on CUDA (built with '-p:Device=cuda'), found one that was built for the processor.", result.Error);
    }

    private static void AssertPercentiles(JsonElement times) =>
        Assert.InRange(times.GetProperty("p50").GetDouble(), 0, times.GetProperty("p95").GetDouble());
}
