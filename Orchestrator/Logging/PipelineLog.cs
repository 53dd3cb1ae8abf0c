using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Logging;

/// <summary>Log messages about runs and stages, and the scopes that name them in every message logged meanwhile.</summary>
internal static partial class PipelineLog
{
    private static readonly Func<ILogger, string, IDisposable?> RunScope = LoggerMessage.DefineScope<string>("run {run}");
    private static readonly Func<ILogger, string, IDisposable?> StageScope = LoggerMessage.DefineScope<string>("stage {stage}");

    internal static IDisposable? BeginRun(this ILogger logger, string run) => RunScope(logger, run);

    internal static IDisposable? BeginStage(this ILogger logger, string stage) => StageScope(logger, stage);

    [LoggerMessage(100, LogLevel.Information, "run {Name} started in {Workspace}: {Stages}")]
    internal static partial void RunStarted(this ILogger logger, string name, string workspace, string stages);

    [LoggerMessage(101, LogLevel.Information, "run {Name} done in {Seconds:F2} s")]
    internal static partial void RunDone(this ILogger logger, string name, double seconds);

    [LoggerMessage(102, LogLevel.Warning, "run {Name} stopped by the user")]
    internal static partial void RunStopped(this ILogger logger, string name);

    [LoggerMessage(103, LogLevel.Error, "run {Name} failed, {Fault}: {Reason}")]
    internal static partial void RunFailed(this ILogger logger, string name, string fault, string reason);

    [LoggerMessage(104, LogLevel.Warning, "the end of the run could not be written to the event log: {Reason}")]
    internal static partial void EndNotRecorded(this ILogger logger, string reason);

    [LoggerMessage(200, LogLevel.Information, "stage {Name} started")]
    internal static partial void StageStarted(this ILogger logger, string name);

    [LoggerMessage(201, LogLevel.Information, "stage {Name} finished in {Seconds:F2} s")]
    internal static partial void StageFinished(this ILogger logger, string name, double seconds);
}
