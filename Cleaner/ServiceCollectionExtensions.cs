using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataForge.Cleaner;

/// <summary>Registers the stage of this project in a container.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds the clean stage. It computes shingles ahead if their settings are registered.</summary>
    public static IServiceCollection AddCleaner(this IServiceCollection services) => services
        .AddSingleton<IStage>(provider => new CleanStage(
            provider.GetRequiredService<IOptions<CleanOptions>>().Value, provider.GetService<ShingleSettings>()));
}
