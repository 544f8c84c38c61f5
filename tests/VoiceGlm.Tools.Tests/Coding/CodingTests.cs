using System.Text.Json;
using System.Text.Json.Nodes;
using VoiceGlm.Tools.Coding;
using VoiceGlm.Tools.Tests.Glm;

namespace VoiceGlm.Tools.Tests.Coding;

/// <summary>Corpus L.</summary>
public sealed class CodingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Code_is_shown_and_one_sentence_about_it_is_said()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        ToolAnswer answer = await host.CallAsync("write_code", """{"task": "a python program that prints hello world"}""", Token);
        Assert.Equal("Emulated code follows. The code is on the screen.", answer.Spoken);
        Card.Code card = Assert.IsType<Card.Code>(answer.Card);
        Assert.Equal(("a python program that prints hello world", "python"), (card.Title, card.Language));
        Assert.EndsWith("print(\"Hello, world!\")", Assert.Single(card.Candidates), StringComparison.Ordinal);
        Assert.DoesNotContain("print", answer.Spoken, StringComparison.Ordinal);
        JsonElement body = host.Requests("chat/completions")[0].Body;
        Assert.Equal(["<|endoftext|>", "<|user|>", "<|assistant|>", "<|observation|>"], body.GetProperty("stop").EnumerateArray().Select(static word => word.GetString()));
    }

    [Theory]
    [InlineData("L-fences", "csharp", "Console.WriteLine(1);")]
    [InlineData("L-plain", "csharp", "Console.WriteLine(1);")]
    public async Task Code_is_found_with_fences_and_without(string scenario, string language, string code)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Next("chat/completions", scenario);
        Card.Code card = Assert.IsType<Card.Code>((await host.CallAsync("write_code", """{"task": "a c sharp program"}""", Token)).Card);
        Assert.Equal((language, code), (card.Language, Assert.Single(card.Candidates)));
    }

    [Fact]
    public async Task Change_of_several_files_is_shown_file_by_file()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Next("chat/completions", "L-files");
        Card.Code card = Assert.IsType<Card.Code>((await host.CallAsync("write_code", """{"task": "in python"}""", Token)).Card);
        Assert.Equal(["print(1)", "print(2)"], card.Candidates);
        Assert.Equal("- `src/a.py`\n- `src/b.py`", card.Explanation);
    }

    [Fact]
    public async Task Candidates_are_asked_for_one_by_one()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Say("```python\na\n```", "```python\nb\n```", "```python\na\n```");
        ToolAnswer answer = await host.CallAsync("write_code", """{"task": "something", "candidates": 99}""", Token);
        Assert.Equal(["a", "b"], Assert.IsType<Card.Code>(answer.Card).Candidates.Order());
        Assert.Equal("There are 2 versions on the screen.", answer.Spoken);
        Assert.Equal(3, host.Emulator.Count("chat/completions"));
    }

    [Theory]
    [InlineData("explain", "Explain what the code")]
    [InlineData("review", "who reviews a change")]
    [InlineData("comment", "Add comments")]
    [InlineData("fix", "Find the errors")]
    [InlineData("test", "Write unit tests")]
    [InlineData("translate", "Rewrite the code that you are given in C#")]
    public async Task Every_mode_tells_the_model_what_to_do(string mode, string told)
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Say("It adds. And more.");
        ToolAnswer answer = await host.CallAsync("write_code", $$"""{"task": "to c sharp", "mode": "{{mode}}", "code": "a + b"}""", Token);
        JsonElement messages = host.Requests("chat/completions")[0].Body.GetProperty("messages");
        Assert.Contains(told, messages[0].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("a + b\n", messages[1].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal(mode is "explain" or "review", answer.Card is Card.Text);
        if (answer.Card is Card.Text) Assert.Equal("It adds.", answer.Spoken);
    }

    [Fact]
    public async Task Completion_tells_the_hosted_model_what_lies_around()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        ToolAnswer answer = await host.CallAsync("write_code", """{"task": "", "mode": "complete", "language": "Python", "prefix": "def f():\n    ", "suffix": "\nf()"}""", Token);
        Assert.Equal("return 42  # emulated", Assert.Single(Assert.IsType<Card.Code>(answer.Card).Candidates));
        JsonElement target = host.Requests("chat/completions")[0].Body.GetProperty("extra").GetProperty("target");
        Assert.Equal(("Python", "def f():\n    ", "\nf()"), (target.GetProperty("language").GetString(), target.GetProperty("code_prefix").GetString(), target.GetProperty("code_suffix").GetString()));
    }

    [Fact]
    public async Task Completion_by_open_weights_is_a_raw_prompt_and_has_as_many_answers_as_wanted()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        await using GlmHost raw = await GlmHost.StartAsync(settings: new()
        {
            ["VoiceGlm:Tools:Providers:test:CodeCompletionAddress"] = new Uri(host.Emulator.Address, "v1/completions").AbsoluteUri,
            ["VoiceGlm:Tools:Providers:test:Models:Code"] = "codegeex4-all-9b",
        });
        ToolAnswer answer = await raw.CallAsync("write_code", """{"task": "", "language": "Python", "prefix": "def f():\n    ", "candidates": 2}""", Token);
        Assert.Equal(["return 40", "return 41"], Assert.IsType<Card.Code>(answer.Card).Candidates);
        Assert.Equal("<|user|>\n###PATH:\n###LANGUAGE:Python\n###MODE:BLOCK\n<|code_suffix|><|code_prefix|>def f():\n    <|code_middle|><|assistant|>\n", host.Requests("completions")[0].Text("prompt"));
    }

    [Fact]
    public void Raw_prompt_has_references_path_mode_suffix_and_prefix_in_this_order() => Assert.Equal(
        "<|user|>\n###REFERENCE:\n###PATH:b.py\nB = 1\n###PATH:a.py\n###LANGUAGE:Python\n###MODE:LINE\n<|code_suffix|>after<|code_prefix|>before<|code_middle|><|assistant|>\n",
        new FillInMiddle("Python", "before", "after") { Path = "a.py", IsLine = true, References = [("b.py", "B = 1")] }.ToPrompt());

    [Fact]
    public void Extra_of_the_hosted_model_has_target_and_contexts() => Assert.True(JsonNode.DeepEquals(
        JsonNode.Parse("""{"target":{"path":"a.py","language":"Python","code_prefix":"before","code_suffix":"after"},"contexts":[{"path":"b.py","code":"B = 1"}]}"""),
        new FillInMiddle("Python", "before", "after") { Path = "a.py", References = [("b.py", "B = 1")] }.ToExtra()));

    [Fact]
    public void Extra_without_a_suffix_has_none() => Assert.False(new FillInMiddle("Python", "before", "").ToExtra()["target"]!.AsObject().ContainsKey("code_suffix"));
}
