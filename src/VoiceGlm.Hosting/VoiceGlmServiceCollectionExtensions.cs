using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using VoiceGlm.Conversation;
using VoiceGlm.Hosting;
using VoiceGlm.SpeechDecoder;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the stages together.</summary>
public static class VoiceGlmServiceCollectionExtensions
{
    /// <summary>The tag of health checks that say whether the service is ready.</summary>
    public const string ReadyTag = "ready";

    /// <summary>Adds everything that hears, understands and speaks. Transports are added beside it; they find an <c>IVoiceConnectionHandler</c>.</summary>
    public static IServiceCollection AddVoiceGlm(this IServiceCollection services)
    {
        services.AddOptions<ModelOptions>().BindConfiguration(ModelOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, EngineValidator>());
        services.AddOptions<DrainOptions>().BindConfiguration(DrainOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DrainOptions>, DrainOptionsValidator>());
        const string Decoder = "VoiceGlm:" + SpeechDecoderOptions.SectionName;
        services.AddOptions<SpeechDecoderOptions>()
            // The binder adds to a list; a list of blocks in the configuration is the whole list.
            .Configure<IConfiguration>(static (options, configuration) =>
            {
                if (configuration.GetSection(Decoder + ":" + nameof(SpeechDecoderOptions.BlockTokens)).Exists()) options.BlockTokens = [];
            })
            .BindConfiguration(Decoder, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SpeechDecoderOptions>, SpeechDecoderOptionsValidator>());

        services.AddTurnDetection().AddTools().AddConversation();
        services.TryAddSingleton<ModelHost>();
        services.TryAddSingleton<IVoiceStagesSource>(static provider => provider.GetRequiredService<ModelHost>());
        services.AddHostedService(static provider => provider.GetRequiredService<ModelHost>());
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, DrainingLifetime>());
        services.AddHealthChecks().AddCheck<ModelHealthCheck>("model", tags: [ReadyTag]);
        return services;
    }
}
