using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Inspection;

/// <summary>Registers this project's services.</summary>
public static class ServiceRegistration
{
    /// <summary>Adds the report stage.</summary>
    public static IServiceCollection AddInspection(this IServiceCollection services) => services.AddSingleton<IStage, ReportStage>();
}
