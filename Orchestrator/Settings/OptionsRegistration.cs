using DataForge.Cleaner;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Dedup;
using DataForge.Inspection.Settings;
using DataForge.Orchestrator.Commands;
using DataForge.Pretrain;
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
        AddSection<CrawlOptions>(services, nameof(DataForgeOptions.Crawl)).PostConfigure(options => options.Repin |= request.Repin);
        AddSection<CleanOptions>(services, nameof(DataForgeOptions.Clean));
        AddSection<DedupOptions>(services, nameof(DataForgeOptions.Dedup));
        AddSection<TokenizeOptions>(services, nameof(DataForgeOptions.Tokenize));
        AddSection<PretrainOptions>(services, nameof(DataForgeOptions.Pretrain));
        return services;
    }

    private static OptionsBuilder<TOptions> AddSection<TOptions>(IServiceCollection services, string name)
        where TOptions : class
    {
        services.AddSingleton<IValidateOptions<TOptions>>(new SectionValidator<TOptions>(name));
        return services.AddOptions<TOptions>()
            .Configure<RunConfiguration>((options, configuration) => configuration.Bind(name, options)).ValidateOnStart();
    }
}
