namespace GlmApiEmulator;

/// <summary>The scenarios that change what a chat is answered with; <see cref="ChatStream"/> has those that change how it comes.</summary>
internal static class ChatScenarios
{
    private const string Thought = "Because it is emulated.";
    private const string Answer = "It is forty-two.";

    /// <summary>What a scenario answers instead.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="usual">What would be answered otherwise.</param>
    public static ChatAnswer Apply(string scenario, ChatAnswer usual) => scenario switch
    {
        "A4" or "E1" or "E10" => Calling(new EmulatedCall("get_weather", """{"city":"Beijing"}""")),
        "A5" => usual with { FinishReason = "length" },
        "A7" => usual with { FinishReason = "a_new_reason" },
        "C7" => usual with { FinishReason = "sensitive" },
        "C8" => usual with { FinishReason = "network_error" },
        "D1" => new ChatAnswer(Answer) { Reasoning = Thought },
        "D2" => new ChatAnswer($"###Thinking\n{Thought}\n###Response\n{Answer}"),
        "D3" => new ChatAnswer($"<think>{Thought}</think>{Answer}"),
        "D5" => new ChatAnswer($"{Thought}</think>{Answer}"),
        "D6" => new ChatAnswer($"<think>{Thought}") { FinishReason = "length" },
        "D7" => new ChatAnswer($"<think>{Thought}</think><answer>{Answer}</answer>"),
        "D8" => new ChatAnswer($"<think>{Thought}</think><|begin_of_box|>{Answer}<|end_of_box|>"),
        "D9" => new ChatAnswer(Answer) { Reasoning = Thought, ReasoningMember = "reasoning" },
        "E2" => Calling(new EmulatedCall("get_weather", """{"city":"Beijing"}""")) with { InFragments = true },
        "E3" => Calling(new EmulatedCall("get_weather", """{"city":"Beijing"}"""), new EmulatedCall("get_time", """{"city":"Paris"}""")) with { InFragments = true },
        "E4" => Calling(new EmulatedCall("get_weather", """{"city":"Bei""")),
        "E5" => Calling(new EmulatedCall("launch_rocket", "{}")),
        "E6" => usual with { HasSearch = true },
        "E7" => usual with { HasSearch = false },
        "F2" => new ChatAnswer("The red cup [[100,200,300,400]] is here."),
        "F3" => new ChatAnswer("[[100,200,300,400;500,600,700,800]]"),
        "F4" => new ChatAnswer("[[005,020,099,100]]"),
        "F5" => new ChatAnswer("[[900,800,100,1200]] and [[300,300,300,500]]"),
        "F6" => new ChatAnswer("<|begin_of_box|>(100,200,300,400)<|end_of_box|>"),
        "L-fences" => new ChatAnswer("Here it is:\n```csharp\nConsole.WriteLine(1);\n```\nDone."),
        "L-plain" => new ChatAnswer("Console.WriteLine(1);"),
        "L-calls" => new ChatAnswer("```json\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Beijing\"}}\n```\n```json\n{\"name\": \"get_time\", \"arguments\": {\"city\": \"Paris\"}}\n```"),
        "L-files" => new ChatAnswer("###PATH: src/a.py\nprint(1)\n###PATH: src/b.py\nprint(2)\n"),
        "M-fewer" => new ChatAnswer("""{"fills":["one"]}"""),
        _ => usual,
    };

    private static ChatAnswer Calling(params EmulatedCall[] calls) => new(null as string) { Calls = calls, FinishReason = "tool_calls" };
}
