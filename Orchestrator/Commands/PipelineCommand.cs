using System.CommandLine;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Logging;
using DataForge.Orchestrator.Scheduling;
using DataForge.Service.Scheduling;
using DataForge.Orchestrator.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DataForge.Orchestrator.Commands;

/// <summary>Runs the stages of a request: the work of <c>build</c>, <c>crawl</c> and every other command named after a stage.</summary>
internal sealed class PipelineCommand(Run run, RunConfiguration configuration, PipelineWorker worker) : ICommandHandler<PipelineRequest>
{
    /// <summary><c>--schedule</c>.</summary>
    public static Option<string?> Schedule { get; } = new("--schedule")
    {
        Description = "Keeps running: builds now and at the times of this cron expression ('30 3 * * *'), with what changed since.",
        HelpName = "CRON",
    };

    /// <inheritdoc/>
    public Task RunAsync(PipelineRequest request, CancellationToken cancellation)
    {
        RunOptions.Save(run, configuration.Options);
        return worker.RunAsync(cancellation);
    }

    /// <summary>Runs the stages in a host: once, or at the times of <c>--schedule</c>, each time in a host of its own.</summary>
    public static async Task<int> RunAsync(
        CommandHost host, ParseResult parsed, PipelineRequest request, CancellationToken cancellation)
    {
        LogSettings log = LogSettings.Of(parsed);
        if (parsed.GetResult(Schedule) is null || parsed.GetValue(Schedule) is not { } times)
        {
            await RunOnceAsync(request, cancellation).ConfigureAwait(false);
            return 0;
        }

        // A scheduled run takes what is in the sources at that time, as a crawl does.
        TimeProvider time = TimeProvider.System;
        var runs = new ScheduledRuns(
            CronSchedule.Parse(times, time.LocalTimeZone), time, stop => RunOnceAsync(request with { Repin = true }, stop), WriteNote);
        await runs.RunAsync(cancellation).ConfigureAwait(false);
        return 0;

        Task RunOnceAsync(PipelineRequest asked, CancellationToken stop) => host.RunAsync<PipelineCommand, PipelineRequest>(
            log, asked, services => services.AddSingleton(asked).AddPipeline(asked), stop);

        // Between two runs: a line in the run's event log and on the terminal.
        void WriteNote(string text)
        {
            using IHost between = host.Build(log, services => services.AddRun(request));
            between.Services.GetRequiredService<EventLog>().Write(Note.Information(text));
        }
    }
}
