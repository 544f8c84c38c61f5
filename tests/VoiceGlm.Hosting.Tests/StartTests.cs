using Microsoft.Extensions.Options;
using VoiceGlm.Testing;

namespace VoiceGlm.Hosting.Tests;

public sealed class StartTests
{
    [Theory]
    [InlineData("Model:Threads", "-1")]
    [InlineData("Model:TopP", "2")]
    [InlineData("Conversation:MaxSessions", "0")]
    [InlineData("Drain:Timeout", "-00:00:01")]
    [InlineData("TurnDetection:SpeechThreshold", "7")]
    [InlineData("Model:Remote:FirstTokenTimeout", "00:00:00")]
    [InlineData("Model:Remote:Retries", "-1")]
    public async Task Wrong_option_stops_the_start_with_a_sentence_that_names_it(string option, string value)
    {
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var service = new Service((option, value));
            await service.StartAsync();
        });

        Assert.Contains(option.Split(':')[^1], refused.Message);
    }

    [Theory]
    [InlineData("vllm", "model", "http://gpu", "VoiceGlm:Model:Engine: Expected 'onnx', which runs the language model in this process, or 'openai-compatible', which has vLLM or SGLang run it; found 'vllm'.")]
    [InlineData("openai-compatible", "", "http://gpu", "VoiceGlm:Model:Path: Expected the folder of the model that the servers serve, found none; the engine 'openai-compatible' takes its tokenizer and the other stages from there.")]
    [InlineData("openai-compatible", "model", "", "VoiceGlm:Model:Remote:Endpoints: Expected at least one address, such as http://localhost:8000, found none.")]
    [InlineData("openai-compatible", "model", "gpu1", "VoiceGlm:Model:Remote:Endpoints: Expected an address such as http://localhost:8000, found 'gpu1'.")]
    public async Task Engine_without_what_it_needs_stops_the_start_with_a_sentence(string engine, string path, string endpoints, string expected)
    {
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var service = new Service(("Model:Engine", engine), ("Model:Path", path), ("Model:Remote:Endpoints", endpoints));
            await service.StartAsync();
        });

        Assert.Equal([expected], refused.Failures);
    }

    [Fact]
    public async Task Missing_model_stops_the_service_with_a_sentence_that_names_the_folder()
    {
        using var folder = new TemporaryFolder();
        int exitCode = Environment.ExitCode;
        try
        {
            await using var service = new Service(("Model:Path", folder["nowhere"]));
            await service.StartAsync();

            ModelLoadException failed = await Assert.ThrowsAsync<ModelLoadException>(service.StagesAsync);

            Assert.Contains(folder["nowhere"], failed.Message);
            Assert.True(service.Stopping.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)), "The service goes on without a model.");
            Assert.Equal(1, Environment.ExitCode);
        }
        finally
        {
            Environment.ExitCode = exitCode;
        }
    }
}
