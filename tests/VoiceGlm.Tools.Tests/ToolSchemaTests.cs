using System.Text.Json;
using System.Text.RegularExpressions;
using VoiceGlm.Tools.Tests.Glm;

namespace VoiceGlm.Tools.Tests;

/// <summary>What every tool has to have, for models that choose among tools.</summary>
public sealed partial class ToolSchemaTests
{
    // The names and the one argument that glm-4-voice-mini was taught to call.
    private static readonly Dictionary<string, string> s_taught = new()
    {
        ["draw_picture"] = "prompt",
        ["look_at_image"] = "question",
        ["write_code"] = "task",
        ["think_hard"] = "question",
        ["ask_glm"] = "question",
        ["make_video"] = "prompt",
        ["order_status"] = "order_id",
    };

    [Fact]
    public async Task Every_tool_has_a_name_a_description_and_an_object_for_a_schema()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        ITool[] tools = [.. host.Get<IEnumerable<ITool>>()];
        Assert.Equal(tools.Length, tools.Select(static tool => tool.Name).Distinct().Count());
        foreach (ITool tool in tools)
        {
            Assert.Matches(Name(), tool.Name);
            Assert.True(tool.Description.Length > 20, tool.Name);
            using JsonDocument schema = JsonDocument.Parse(tool.Parameters);
            Assert.Equal("object", schema.RootElement.GetProperty("type").GetString());
            string[] properties = [.. schema.RootElement.GetProperty("properties").EnumerateObject().Select(static property => property.Name)];
            if (schema.RootElement.TryGetProperty("required", out JsonElement required)) Assert.Empty(required.EnumerateArray().Select(static name => name.GetString()).Except(properties));
            Assert.All(schema.RootElement.GetProperty("properties").EnumerateObject(), static property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        }
    }

    [Fact]
    public async Task Every_call_that_the_small_model_was_taught_finds_its_tool_and_its_argument()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        var tools = host.Get<IEnumerable<ITool>>().ToDictionary(static tool => tool.Name);
        foreach ((string name, string argument) in s_taught)
        {
            Assert.True(tools[name].IsAvailable, name);
            Assert.Contains($"\"{argument}\"", tools[name].Parameters, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_provider_there_are_no_tools_that_need_one()
    {
        await using GlmHost host = await GlmHost.StartAsync(settings: new() { ["VoiceGlm:Tools:Provider"] = "" });
        Assert.Equal(["file_complaint", "order_status"], host.Get<IEnumerable<ITool>>().Where(static tool => tool.IsAvailable).Select(static tool => tool.Name).Order());
        Assert.Equal("I am sorry, I cannot do that here.", (await host.CallAsync("draw_picture", """{"prompt": "a fox"}""", TestContext.Current.CancellationToken)).Spoken);
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex Name();
}
