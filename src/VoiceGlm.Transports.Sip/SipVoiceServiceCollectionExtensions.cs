using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VoiceGlm.Transports.Sip;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the telephone.</summary>
public static class SipVoiceServiceCollectionExtensions
{
    /// <summary>
    /// Adds the telephone, which rings where <see cref="SipVoiceOptions.Enabled"/> is set. An <see cref="VoiceGlm.IVoiceConnectionHandler"/> has to be registered by somebody else.
    /// </summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddSipVoice(this IServiceCollection services)
    {
        services.AddOptions<SipVoiceOptions>().BindConfiguration(SipVoiceOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SipVoiceOptions>, SipVoiceOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SipVoiceOptions>, SipVoiceOptionsConsistency>());
        services.TryAddSingleton(static provider => ActivatorUtilities.CreateInstance<SipTelephone>(provider));
        services.TryAddSingleton<ISipCalls>(static provider => provider.GetRequiredService<SipTelephone>());
        services.AddHostedService(static provider => provider.GetRequiredService<SipTelephone>());
        return services;
    }
}
