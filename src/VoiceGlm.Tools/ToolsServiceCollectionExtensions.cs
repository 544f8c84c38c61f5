using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using VoiceGlm;
using VoiceGlm.Tools;
using VoiceGlm.Tools.Shop;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what the model may have done for it.</summary>
public static class ToolsServiceCollectionExtensions
{
    /// <summary>Adds the tools. Others are added beside them, as an <see cref="ITool"/>.</summary>
    public static IServiceCollection AddTools(this IServiceCollection services)
    {
        services.AddOptions<ToolOptions>().BindConfiguration(ToolOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ToolOptions>, ToolOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DemoShop>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITool, OrderStatusTool>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITool, FileComplaintTool>());
        services.TryAddSingleton<IToolRouter, ToolRouter>();
        return services;
    }
}
