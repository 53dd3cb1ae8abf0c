using DataForge.Corpus.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataForge.Dedup;

/// <summary>Registers the stage of this project in a container.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds the dedup stage.</summary>
    public static IServiceCollection AddDedup(this IServiceCollection services) => services
        .AddSingleton<IStage>(provider => new DedupStage(provider.GetRequiredService<IOptions<DedupOptions>>().Value));
}
