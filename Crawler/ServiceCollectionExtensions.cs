using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DataForge.Crawler;

/// <summary>Registers the crawler in a container.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Adds the crawl stage, with its options as <see cref="IOptions{TOptions}"/> of <see cref="CrawlOptions"/>, and the factory of its
    /// HTTP handlers, unless one is registered already.
    /// </summary>
    public static IServiceCollection AddCrawler(this IServiceCollection services)
    {
        services.TryAddSingleton<IHttpHandlerFactory>(NetworkHandlerFactory.Instance);
        return services.AddSingleton<IStage>(static provider => new CrawlStage(
            provider.GetRequiredService<IOptions<CrawlOptions>>().Value, provider.GetRequiredService<IHttpHandlerFactory>()));
    }
}
