using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VoiceGlm;
using VoiceGlm.Rtc;
using VoiceGlm.Transports.WebRtc;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds calls by WebRTC.</summary>
public static class WebRtcVoiceServiceCollectionExtensions
{
    /// <summary>Adds the services of calls; <c>MapWebRtcVoice</c> opens their door. An <see cref="VoiceGlm.IVoiceConnectionHandler"/> has to be registered by somebody else.</summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddWebRtcVoice(this IServiceCollection services)
    {
        services.AddOptions<WebRtcVoiceOptions>().BindConfiguration(WebRtcVoiceOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebRtcVoiceOptions>, WebRtcVoiceOptionsValidator>());
        services.AddOptions<RtcOptions>().BindConfiguration(RtcOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true);
        services.TryAddSingleton(static provider => new RtcServer(provider.GetRequiredService<IOptions<RtcOptions>>().Value));
        services.TryAddSingleton<WebRtcCalls>();
        services.TryAddSingleton<ICallCarrier>(static provider => provider.GetRequiredService<WebRtcCalls>());
        return services;
    }
}
