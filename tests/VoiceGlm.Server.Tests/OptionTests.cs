using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VoiceGlm.SpeechDecoder;

namespace VoiceGlm.Server.Tests;

/// <summary>What the configuration says is what the stages get.</summary>
public sealed class OptionTests
{
    [Theory]
    [InlineData(new int[0], new[] { 10, 10, 20, 40, 50 })]
    [InlineData(new[] { 5, 25 }, new[] { 5, 25 })]
    public void Blocks_of_the_configuration_replace_the_default_ones(int[] configured, int[] expected)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(configured.Select(static (tokens, i) => KeyValuePair.Create($"VoiceGlm:SpeechDecoder:BlockTokens:{i}", (string?)$"{tokens}")))
            .Build();
        using ServiceProvider services = new ServiceCollection().AddSingleton(configuration).AddVoiceGlm().BuildServiceProvider();
        Assert.Equal(expected, services.GetRequiredService<IOptions<SpeechDecoderOptions>>().Value.BlockTokens);
    }
}
