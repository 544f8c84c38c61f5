using System.Text.Json;
using VoiceGlm.Testing;

namespace VoiceGlm.Cli.Tests;

/// <summary>The model that comes with the program, on a small part of its evaluation set: voices and phrasings that it was never trained on.</summary>
public sealed class EmbeddedModelTests
{
    [Fact]
    public async Task Model_that_comes_along_understands_what_it_never_heard()
    {
        JsonElement result = (await Cli.SucceedAsync("eval", Repository.Fixture("spoken", "evaluation"), "--json")).Json;
        string told = result.GetRawText();

        // Less than it has right today: another machine's last bit may turn a close decision.
        (string Condition, double Intents, double Slots)[] least = [("held-out voices", 0.5, 0.4), ("typed", 0.85, 0.6)];
        JsonElement[] conditions = [.. result.GetProperty("conditions").EnumerateArray()];
        Assert.Equal(least.Select(static expected => expected.Condition), conditions.Select(static condition => condition.GetProperty("condition").GetString()));
        foreach ((JsonElement condition, (_, double intents, double slots)) in conditions.Zip(least))
        {
            Assert.True(condition.GetProperty("intents").GetDouble() >= intents, told);
            Assert.True(condition.GetProperty("slots").GetDouble() >= slots, told);
            Assert.Equal(1, condition.GetProperty("said").GetDouble());
        }

        Assert.True(result.GetProperty("first_audio_ms").GetProperty("p50").GetDouble() > 0, told);
    }

    [Fact]
    public async Task It_says_what_it_is()
    {
        Cli result = await Cli.SucceedAsync("generate", "--text", "what is your name", "--greedy", "--json");
        Assert.Contains("Mini", result.Json.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("glm-4-voice-mini", result.Error, StringComparison.Ordinal);
    }
}
