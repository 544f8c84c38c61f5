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
    public async Task Wrong_option_stops_the_start_with_a_sentence_that_names_it(string option, string value)
    {
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var service = new Service((option, value));
            await service.StartAsync();
        });

        Assert.Contains(option.Split(':')[1], refused.Message);
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
