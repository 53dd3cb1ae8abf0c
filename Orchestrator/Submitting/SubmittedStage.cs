using System.Globalization;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Commands;

namespace DataForge.Orchestrator.Submitting;

/// <summary>A stage as a job: the tasks that carry it out, and the command that each of them runs.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Tasks">How many tasks, at least 1.</param>
/// <param name="Arguments">The command's arguments, without the task's number.</param>
internal sealed record SubmittedStage(string Stage, int Tasks, IReadOnlyList<string> Arguments)
{
    /// <summary>How often a task that a signal ended is started again.</summary>
    public const int MostRestarts = 3;

    /// <summary>The least exit code of a process that a signal ended, or asked to stop.</summary>
    public const int LeastSignalCode = 128;

    /// <summary>The number of tasks, for people.</summary>
    public string TasksInWords => Tasks == 1 ? "1 task" : $"{Tasks} tasks";

    /// <summary>Whether the tasks train together, so that all must run at the same time.</summary>
    public bool IsTraining => Stage == StageNames.Pretrain && Tasks > 1;

    /// <summary>Whether the tasks share the stage's parts, and are told their numbers.</summary>
    public bool IsShared => Tasks > 1 && !IsTraining;

    /// <summary>
    /// The jobs of a request, in order; each begins when the one before it is complete. A crawl and a report are one task each.
    /// </summary>
    public static IReadOnlyList<SubmittedStage> Of(SubmitRequest request) =>
    [
        .. request.Build.Stages.Select(stage => new SubmittedStage(
            stage,
            stage switch
            {
                StageNames.Crawl or StageNames.Report => 1,
                StageNames.Pretrain => request.Trainers,
                _ => request.Tasks,
            },
            ArgumentsOf(stage, request.Build))),
    ];

    private static IReadOnlyList<string> ArgumentsOf(string stage, PipelineRequest build) =>
    [
        stage, "--workspace", Path.GetFullPath(build.WorkspaceFolder), "--run", build.RunName,
        "--workers", build.Workers.ToString(CultureInfo.InvariantCulture),
        .. build.OptionsFile is { } file ? (string[])["--config", Path.GetFullPath(file)] : [],
        .. build.CommandLine.SelectMany(option => new[] { "--set", $"{option.Key.Replace(':', '.')}={option.Value}" }),
    ];
}
