using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using Microsoft.Extensions.Hosting;

namespace DataForge.Orchestrator;

/// <summary>The stages of one run, awaited in order.</summary>
internal sealed class PipelineWorker(
    StageContext context, IReadOnlyList<IStage> stages, RunOutcome outcome, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long start = Stopwatch.GetTimestamp();
        context.Events.Write(new RunStarted(
            context.Run.Name, context.Workspace.Folder, ProgramVersion.Text, [.. stages.Select(stage => stage.Name)]));
        try
        {
            foreach (IStage stage in stages)
            {
                stoppingToken.ThrowIfCancellationRequested();
                await RunStageAsync(stage, stoppingToken).ConfigureAwait(false);
            }

            Finish("done", null, start);
        }
        catch (OperationCanceledException e) when (stoppingToken.IsCancellationRequested)
        {
            outcome.Fault = e;
            Finish("stopped", null, start);
        }
        catch (Exception e)
        {
            // A BackgroundService that throws stops the host with exit code 0: the fault is carried out by hand instead.
            outcome.Fault = e;
            Finish("failed", e is DataForgeException or IOException ? e.Message : e.ToString(), start);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    private async Task RunStageAsync(IStage stage, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        context.Events.Write(new StageStarted(stage.Name));
        await Task.Run(() => stage.RunAsync(context, cancellation), cancellation).ConfigureAwait(false);
        context.Events.Write(new StageFinished(stage.Name, Stopwatch.GetElapsedTime(start).TotalSeconds));
    }

    private void Finish(string status, string? reason, long start) => context.Events.Write(
        new RunFinished(context.Run.Name, status, reason, Stopwatch.GetElapsedTime(start).TotalSeconds));
}

/// <summary>How the run ended, for who started the host.</summary>
internal sealed class RunOutcome
{
    /// <summary>What stopped it; null where it ended well.</summary>
    public Exception? Fault { get; set; }
}
