using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VoiceGlm;
using VoiceGlm.Conversation;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what holds conversations.</summary>
public static class ConversationServiceCollectionExtensions
{
    /// <summary>Adds the handler that transports hand their connections to. It needs an <see cref="IVoiceStagesSource"/>.</summary>
    public static IServiceCollection AddConversation(this IServiceCollection services)
    {
        services.AddOptions<ConversationOptions>().BindConfiguration(ConversationOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ConversationOptions>, ConversationOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IToolRouter, NoTools>();
        services.TryAddSingleton<ConversationMetrics>();
        services.TryAddSingleton<ConversationHandler>();
        services.TryAddSingleton<IVoiceConnectionHandler>(static provider => provider.GetRequiredService<ConversationHandler>());
        services.TryAddSingleton<IConversationDrain>(static provider => provider.GetRequiredService<ConversationHandler>());
        return services;
    }
}
