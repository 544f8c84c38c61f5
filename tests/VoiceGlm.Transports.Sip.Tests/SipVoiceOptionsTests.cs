using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Transports.Sip.Tests;

public sealed class SipVoiceOptionsTests
{
    [Theory]
    [InlineData("UdpPort", "70000", "UdpPort")]
    [InlineData("Address", "localhost", "Address")]
    [InlineData("PublicAddress", "pbx.example.com", "PublicAddress")]
    [InlineData("TlsPort", "5061", "Certificate")]
    [InlineData("LastMediaPort", "20010", "LastMediaPort")]
    [InlineData("AllowedNetworks:0", "192.0.2.0/33", "AllowedNetworks")]
    [InlineData("Accounts:0:Address", "pbx.example.com", "Accounts")]
    [InlineData("Accounts:0:Servers:0", "pbx", "Accounts")]
    [InlineData("MediaTimeout", "00:00:01", "MediaTimeout")]
    [InlineData("Codecs:0", "G729", "Codecs")]
    [InlineData("TrustedCertificates", "nowhere.pem", "TrustedCertificates")]
    public void Value_that_cannot_be_is_told_by_its_name(string name, string value, string expected) =>
        Assert.Contains(expected, Assert.Throws<OptionsValidationException>(() => Read(name, value)).Message, StringComparison.Ordinal);

    [Fact]
    public void Defaults_are_valid_and_switched_off() => Assert.False(Read("MaximumCalls", "50").Enabled);

    [Fact]
    public void Account_is_read_with_its_servers()
    {
        SipAccountOptions account = Assert.Single(Read("Accounts:0:Servers:0", "sip:192.0.2.1;transport=tcp", ("Accounts:0:Address", "sip:bot@pbx.example.com")).Accounts);
        Assert.Equal(("bot", SipProtocol.Tcp), (account.AuthenticationName, SipProtocols.Of(Assert.Single(account.ServerUris))));
    }

    [Fact]
    public async Task Port_that_is_taken_keeps_the_service_from_starting_with_a_sentence()
    {
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        IOException exception = await Assert.ThrowsAsync<IOException>(() => TestTelephone.StartAsync(options => options.UdpPort = telephone.UdpPort));
        Assert.Contains($"UdpPort {telephone.UdpPort}", exception.Message, StringComparison.Ordinal);
    }

    private static SipVoiceOptions Read(string name, string value, params (string Name, string Value)[] more)
    {
        var services = new ServiceCollection();
        Dictionary<string, string?> settings = more.Append((name, value)).ToDictionary(static setting => $"{SipVoiceOptions.SectionName}:{setting.Item1}", static setting => (string?)setting.Item2);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddSipVoice();
        using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<SipVoiceOptions>>().Value;
    }
}
