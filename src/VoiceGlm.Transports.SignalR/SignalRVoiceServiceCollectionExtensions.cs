using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VoiceGlm;
using VoiceGlm.Transports.SignalR;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the hub that browsers speak to.</summary>
public static class SignalRVoiceServiceCollectionExtensions
{
    /// <summary>Adds the hub's services; <c>MapVoiceHub</c> opens its door. An <see cref="IVoiceConnectionHandler"/> has to be registered by somebody else.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes what <see cref="SignalRVoiceOptions.SectionName"/> of the configuration says.</param>
    public static IServiceCollection AddSignalRVoice(this IServiceCollection services, Action<SignalRVoiceOptions>? configure = null)
    {
        OptionsBuilder<SignalRVoiceOptions> options = services.AddOptions<SignalRVoiceOptions>().BindConfiguration(SignalRVoiceOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SignalRVoiceOptions>, SignalRVoiceOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SignalRVoiceMetrics>();
        services.TryAddSingleton<VoiceConnections>();
        services.AddSignalR().AddMessagePackProtocol().AddHubOptions<VoiceHub>(static hub =>
        {
            hub.SupportedProtocols = ["messagepack"];
            // A client finds out within seconds that its socket is dead.
            hub.KeepAliveInterval = TimeSpan.FromSeconds(3);
            // The longest item is a picture: a megabyte is one of 2,000 pixels across, as JPEG.
            hub.MaximumReceiveMessageSize = (1024 + 32) * 1024;
        });
        return services;
    }
}
