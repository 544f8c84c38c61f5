using GlmApiEmulator;
using Microsoft.Extensions.Options;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Tests.Glm;

public sealed class GlmProviderTests
{
    private const string Key = "0123456789.SecretOfTheAccount";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bigmodel", "https://open.bigmodel.cn/api/paas/v4/", "autoglm-phone")]
    [InlineData("zai", "https://api.z.ai/api/paas/v4/", "autoglm-phone-multilingual")]
    public void Known_provider_needs_a_key_only(string name, string address, string phone)
    {
        GlmProvider provider = GlmProvider.From(Options(name, new GlmProviderOptions { ApiKey = Key }))!;
        Assert.Equal((address, Key, GlmDialect.Hosted), (provider.BaseAddress.AbsoluteUri, provider.ApiKey, provider.Dialect));
        Assert.Equal([phone], provider.ModelsFor(GlmRole.Phone));
        Assert.All(Enum.GetValues<GlmRole>(), role => Assert.NotEmpty(provider.ModelsFor(role)));
    }

    [Fact]
    public void Models_of_the_configuration_are_all_that_there_are()
    {
        var own = new GlmProviderOptions { BaseAddress = new Uri("http://gpu-1:8000/v1") };
        own.Models["Text"] = "glm-4-9b , glm-4-32b";
        GlmProvider provider = GlmProvider.From(Options("mine", own))!;
        Assert.Equal(("http://gpu-1:8000/v1/", GlmDialect.OpenAI, null), (provider.BaseAddress.AbsoluteUri, provider.Dialect, provider.ApiKey));
        Assert.Equal(["glm-4-9b", "glm-4-32b"], provider.ModelsFor(GlmRole.Text));
        Assert.Empty(provider.ModelsFor(GlmRole.Picture));
    }

    [Fact]
    public void Emulator_needs_nothing() => Assert.Empty(GlmProvider.FaultsOf(new ToolOptions { Provider = "emulator" }));

    [Theory]
    [InlineData("bigmodel", "", "ApiKey, or the environment variable NO_SUCH_VARIABLE: expected a key, found none.")]
    [InlineData("bigmodel", "SecretWithoutADot", "expected a key of two parts with a dot between them")]
    [InlineData("bigmodel", "Secret.of.three", "expected a key of two parts with a dot between them")]
    [InlineData("bigmodel", "Secret.with space", "expected a key of two parts with a dot between them")]
    public void Key_that_can_be_none_stops_the_service_without_being_told(string name, string key, string fault)
    {
        string told = Assert.Single(GlmProvider.FaultsOf(Options(name, new GlmProviderOptions { ApiKey = key, ApiKeyVariable = "NO_SUCH_VARIABLE" })));
        Assert.Contains(fault, told, StringComparison.Ordinal);
        Assert.DoesNotContain("Secret", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_that_nobody_knows_is_told_with_those_that_are() =>
        Assert.Equal("VoiceGlm:Tools:Provider: expected bigmodel, zai, emulator or one of VoiceGlm:Tools:Providers, found nobody.", Assert.Single(GlmProvider.FaultsOf(new ToolOptions { Provider = "nobody" })));

    [Fact]
    public void Model_for_something_unknown_is_told()
    {
        var own = new GlmProviderOptions { BaseAddress = new Uri("http://gpu-1:8000/v1/") };
        own.Models["Cooking"] = "glm-4";
        Assert.Contains("found Cooking", Assert.Single(GlmProvider.FaultsOf(Options("mine", own))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("/v1")]
    public void Address_that_is_none_is_told(string address) => Assert.Contains(
        "expected an http or https address", Assert.Single(GlmProvider.FaultsOf(Options("mine", new GlmProviderOptions { BaseAddress = new Uri(address, UriKind.RelativeOrAbsolute) }))), StringComparison.Ordinal);

    [Fact]
    public async Task Options_are_checked_when_the_service_starts() =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => GlmHost.StartAsync(settings: new() { ["VoiceGlm:Tools:Provider"] = "nobody" }));

    [Theory]
    [InlineData("")]
    [InlineData("J1002")]
    [InlineData("J502")]
    [InlineData("C4")]
    public async Task Key_is_sent_and_never_logged(string scenario)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(), new() { ["VoiceGlm:Tools:Providers:test:ApiKey"] = Key });
        host.Emulator.Next("chat/completions", scenario, scenario, scenario);
        string told = "";
        try
        {
            await foreach (ChatPart part in host.Client.StreamAsync(GlmCall.Chat(GlmRole.Text), new ChatRequest([ChatMessage.User("Hello")]), Token)) told += part;
        }
        catch (GlmException exception)
        {
            told += exception;
        }

        EmulatedRequest request = host.Emulator.Requests.First();
        Assert.Equal("Bearer " + Key, request.Headers["Authorization"]);
        Assert.NotEmpty(host.Log);
        Assert.DoesNotContain("SecretOfTheAccount", told + string.Join('\n', host.Log), StringComparison.Ordinal);
    }

    private static ToolOptions Options(string name, GlmProviderOptions provider)
    {
        var options = new ToolOptions { Provider = name };
        options.Providers[name] = provider;
        return options;
    }
}
