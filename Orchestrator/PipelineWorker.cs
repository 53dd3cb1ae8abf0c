using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Logging;
using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator;

/// <summary>Runs the stages of a request one after the other, and records how the run ended.</summary>
/// <param name="context">What the stages run with.</param>
/// <param name="stages">All stages; of two with the same name the later registration counts.</param>
/// <param name="request">The first and the last stage to run.</param>
/// <param name="logger">The log.</param>
internal sealed class PipelineWorker(
    StageContext context, IEnumerable<IStage> stages, PipelineRequest request, ILogger<PipelineWorker> logger)
{
    /// <summary>Runs the stages.</summary>
    /// <exception cref="OperationCanceledException">The user stopped the run.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Run run = context.Run;
        IStage[] planned = [.. request.Stages.Select(name => stages.Last(stage => stage.Name == name))];
        long start = Stopwatch.GetTimestamp();
        using IDisposable? scope = logger.BeginRun(run.Name);
        context.Events.Write(new RunStarted(run.Name, run.Workspace.Folder, ProgramVersion.Text, request.Stages));
        logger.RunStarted(run.Name, run.Workspace.Folder, string.Join(", ", request.Stages));
        try
        {
            foreach (IStage stage in planned)
            {
                cancellation.ThrowIfCancellationRequested();
                await RunStageAsync(stage, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            logger.RunStopped(run.Name);
            RecordEnd("stopped", null);
            throw;
        }
        catch (Exception e)
        {
            logger.RunFailed(run.Name, e.GetType().Name, e.Message);
            RecordEnd("failed", e is DataForgeException or IOException ? e.Message : e.ToString());
            throw;
        }

        context.Events.Write(Finished("done", null));
        logger.RunDone(run.Name, Stopwatch.GetElapsedTime(start).TotalSeconds);
        cancellation.ThrowIfCancellationRequested();

        RunFinished Finished(string status, string? reason) =>
            new(run.Name, status, reason, Stopwatch.GetElapsedTime(start).TotalSeconds);

        // The fault that ended the run must reach the user even where the event cannot be written, such as on a full disk.
        void RecordEnd(string status, string? reason)
        {
            try
            {
                context.Events.Write(Finished(status, reason));
            }
            catch (IOException e)
            {
                logger.EndNotRecorded(e.Message);
            }
        }
    }

    private async Task RunStageAsync(IStage stage, CancellationToken cancellation)
    {
        using IDisposable? scope = logger.BeginStage(stage.Name);
        long start = Stopwatch.GetTimestamp();
        context.Events.Write(new StageStarted(stage.Name));
        logger.StageStarted(stage.Name);
        await Task.Run(() => stage.RunAsync(context, cancellation), cancellation).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        context.Events.Write(new StageFinished(stage.Name, seconds));
        logger.StageFinished(stage.Name, seconds);
    }
}
