using DataForge.Corpus.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataForge.Dedup;

/// <summary>Registers the stage of this project in a container.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds the dedup stage, and the settings of its shingles, which an earlier stage may compute ahead.</summary>
    public static IServiceCollection AddDedup(this IServiceCollection services) => services
        .AddSingleton(provider => provider.GetRequiredService<IOptions<DedupOptions>>().Value.ToShingleSettings())
        .AddSingleton<IStage>(provider => new DedupStage(provider.GetRequiredService<IOptions<DedupOptions>>().Value));
}
