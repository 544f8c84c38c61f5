using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VoiceGlm;
using VoiceGlm.Tools;
using VoiceGlm.Tools.Asking;
using VoiceGlm.Tools.Coding;
using VoiceGlm.Tools.Drawing;
using VoiceGlm.Tools.Filling;
using VoiceGlm.Tools.Filming;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Looking;
using VoiceGlm.Tools.Phone;
using VoiceGlm.Tools.Results;
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
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ToolOptions>, ToolProviderValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DemoShop>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITool, OrderStatusTool>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITool, FileComplaintTool>());
        services.TryAddSingleton<IToolRouter, ToolRouter>();
        services.TryAddSingleton<ToolsInUse>();
        services.AddGlm();
        return services;
    }

    private static void AddGlm(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new GlmResilience(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<GlmClient>();
        services.TryAddSingleton(static provider => new SafeFetcher(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SafeFetcher>>()));
        services.TryAddSingleton<ResultStore>();
        services.TryAddSingleton<IPhoneDevice, SimulatedPhone>();
        services.TryAddSingleton<JobJournal>();
        services.TryAddSingleton<VideoJobs>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, VideoJobs>(static provider => provider.GetRequiredService<VideoJobs>()));
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<ITool, AskGlmTool>(),
            ServiceDescriptor.Singleton<ITool, ThinkHardTool>(),
            ServiceDescriptor.Singleton<ITool, WriteCodeTool>(),
            ServiceDescriptor.Singleton<ITool, DrawPictureTool>(),
            ServiceDescriptor.Singleton<ITool, LookAtImageTool>(),
            ServiceDescriptor.Singleton<ITool, FillBlanksTool>(),
            ServiceDescriptor.Singleton<ITool, OperatePhoneTool>(),
            ServiceDescriptor.Singleton<ITool, MakeVideoTool>(),
            ServiceDescriptor.Singleton<ITool, JobStatusTool>(),
            ServiceDescriptor.Singleton<ITool, CancelJobTool>(),
        ]);
        // The client has times of its own for each part of a request; the factory's loggers would tell of headers.
        services.AddHttpClient(GlmClient.HttpClientName, static client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .RemoveAllLoggers();
    }
}
