using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Orchestrator.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataForge.Orchestrator.Settings;

/// <summary>Registers the options of all stages: bound from the run's configuration and validated when the host starts.</summary>
internal static class OptionsRegistration
{
    /// <summary>Adds <c>IOptions</c> of each section. The run is optional: without one its <c>config.json</c> is left out.</summary>
    public static IServiceCollection AddRunOptions(this IServiceCollection services, PipelineRequest request)
    {
        services.AddSingleton(provider => OptionsLoader.Load(provider.GetService<Run>(), request.OptionsFile, request.CommandLine));
        AddSection(services, nameof(DataForgeOptions.Crawl), configuration =>
            request.Repin ? configuration.Options.Crawl.Repinned() : configuration.Options.Crawl);
        AddSection(services, nameof(DataForgeOptions.Clean), configuration => configuration.Options.Clean);
        AddSection(services, nameof(DataForgeOptions.Dedup), configuration => configuration.Options.Dedup);
        AddSection(services, nameof(DataForgeOptions.Tokenize), configuration => configuration.Options.Tokenize);
        AddSection(services, nameof(DataForgeOptions.Pretrain), configuration => configuration.Options.Pretrain);
        return services;
    }

    private static void AddSection<TOptions>(IServiceCollection services, string name, Func<RunConfiguration, TOptions> section)
        where TOptions : class
    {
        services.AddOptions<TOptions>().ValidateOnStart();
        services.AddSingleton<IOptionsFactory<TOptions>>(provider =>
            new SectionFactory<TOptions>(name, () => section(provider.GetRequiredService<RunConfiguration>())));
    }
}
