using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VoiceGlm;
using VoiceGlm.TurnDetection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers turn detection.</summary>
public static class TurnDetectionServiceCollectionExtensions
{
    /// <summary>Adds <see cref="ITurnDetectorFactory"/> and its options, checked when the host starts; bind <see cref="TurnDetectionOptions.SectionName"/> to set them.</summary>
    public static IServiceCollection AddTurnDetection(this IServiceCollection services)
    {
        services.AddOptions<TurnDetectionOptions>().BindConfiguration(TurnDetectionOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TurnDetectionOptions>, TurnDetectionOptionsValidator>());
        services.TryAddSingleton<ITurnDetectorFactory, TurnDetectorFactory>();
        return services;
    }
}
