using DataForge.Corpus.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataForge.Pretrain;

/// <summary>Registers the stages of this project in a container.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds the stages that make tokens and train the model.</summary>
    public static IServiceCollection AddPretrain(this IServiceCollection services) => services
        .AddSingleton<IStage>(provider => new TokenizeStage(provider.GetRequiredService<IOptions<TokenizeOptions>>().Value))
        .AddSingleton<IStage>(provider => new PretrainStage(provider.GetRequiredService<IOptions<PretrainOptions>>().Value));
}
