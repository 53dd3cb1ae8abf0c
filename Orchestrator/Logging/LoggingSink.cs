using DataForge.Corpus.Events;
using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Logging;

/// <summary>Logs the events that no other code logs: bad files, notes and training. Runs, stages and parts log themselves.</summary>
internal sealed class LoggingSink(ILogger<EventLog> logger) : IEventSink
{
    /// <inheritdoc/>
    public void Write(Event written)
    {
        switch (written)
        {
            case FileFault fault:
                logger.BadFile(fault.Where, fault.Rule, fault.Detail);
                break;
            case Note { Level: "warning" } warning:
                logger.Warning(warning.Text);
                break;
            case Note note:
                logger.Note(note.Text);
                break;
            case TrainingStep step:
                logger.Step(step.Step, step.Steps, step.Loss, step.TokensPerSecond);
                break;
            case TrainingSkipped skipped:
                logger.StepSkipped(skipped.Step, skipped.Reason);
                break;
            case TrainingEvaluated evaluated:
                logger.Evaluated(evaluated.Step, evaluated.Loss);
                break;
        }
    }
}
