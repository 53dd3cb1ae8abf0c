using DataForge.Cleaner;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Dedup;
using DataForge.Inspection;
using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Logging;
using DataForge.Orchestrator.Settings;
using DataForge.Orchestrator.Terminal;
using DataForge.Pretrain;
using DataForge.Service.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Hosting;

/// <summary>Registers what a run of the pipeline needs.</summary>
internal static class PipelineServices
{
    /// <summary>Adds the stages, their options, and all that they run with.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services, PipelineRequest request) => services
        .AddRun(request).AddRunOptions(request)
        .AddCrawler().AddCleaner().AddDedup().AddPretrain().AddInspection()
        .AddSingleton(provider => new StageContext(
            provider.GetRequiredService<Run>(), provider.GetRequiredService<EventLog>(), request.Workers,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<StageContext>>())
        {
            FirstPart = request.FirstPart,
        })
        .AddSingleton<PipelineWorker>();

    /// <summary>Adds the run, opened and protected from opt-outs as long as the container lives, and its event log.</summary>
    public static IServiceCollection AddRun(this IServiceCollection services, PipelineRequest request) => services
        .AddTelemetry()
        .AddSingleton(_ => Workspace.Open(request.WorkspaceFolder))
        .AddSingleton(provider => OptOutLock.Share(provider.GetRequiredService<Workspace>()))
        .AddSingleton(provider =>
        {
            _ = provider.GetRequiredService<FileLock>();
            return Run.Open(provider.GetRequiredService<Workspace>(), request.RunName);
        })
        .AddSingleton<IEventSink, ConsoleSink>()
        .AddSingleton<IEventSink, LoggingSink>()
        .AddSingleton(provider => new EventLog(
            provider.GetRequiredService<Run>().EventsFolder, provider.GetRequiredService<TimeProvider>(),
            [.. provider.GetServices<IEventSink>()]));

    // Without a receiver nothing of it is loaded.
    private static IServiceCollection AddTelemetry(this IServiceCollection services) =>
        OtlpSettings.IsWanted ? services.AddSingleton<IEventSink, OtlpExport>() : services;
}
