using DataForge.Corpus.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataForge.Crawler;

/// <summary>Registers this project's services.</summary>
public static class ServiceRegistration
{
    /// <summary>Adds the crawl stage.</summary>
    public static IServiceCollection AddCrawler(this IServiceCollection services) => services
        .AddSingleton<IStage>(provider => new CrawlStage(provider.GetRequiredService<IOptions<CrawlOptions>>().Value));
}
