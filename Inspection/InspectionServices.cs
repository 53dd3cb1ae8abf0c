using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Inspection;

/// <summary>Adds the report to a host's services.</summary>
public static class InspectionServices
{
    /// <summary>Adds the report stage.</summary>
    public static IServiceCollection AddInspection(this IServiceCollection services) => services.AddSingleton<IStage, ReportStage>();
}
