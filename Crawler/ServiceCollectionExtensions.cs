using DataForge.Corpus.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataForge.Crawler;

/// <summary>Registers the crawler in a container.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds the crawl stage.</summary>
    public static IServiceCollection AddCrawler(this IServiceCollection services) => services
        .AddSingleton<IStage>(provider => new CrawlStage(provider.GetRequiredService<IOptions<CrawlOptions>>().Value));
}
