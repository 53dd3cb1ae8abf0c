using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Orchestrator.Submitting;

/// <summary>
/// Kubernetes: one Indexed Job whose tasks build together. Each task runs all stages: it waits where a stage needs what others compute, so
/// that no order of jobs is needed (https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode).
/// </summary>
internal static class KubernetesJobs
{
    private const string Volume = "workspace";

    // The longest DNS label, and the most that the number of a task adds to the job's name ("-9999").
    private const int LongestLabel = 63;
    private const int LongestNumber = 5;

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The job as JSON, for <c>kubectl apply --filename -</c>.</summary>
    /// <exception cref="DataForgeException">Something that Kubernetes needs is not given. Exit code 2.</exception>
    public static string Write(SubmitRequest request)
    {
        if (request.Image is not { } image || request.Claim is not { } claim)
        {
            throw DataForgeException.Usage("--engine kubernetes needs --image and --claim.");
        }

        if (request.Build.Stages.Contains(StageNames.Pretrain))
        {
            throw DataForgeException.Usage("--engine kubernetes builds the data: give --until tokenize or an earlier stage.");
        }

        string workspace = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Build.WorkspaceFolder));
        RequireConfigIn(workspace, request.Build.OptionsFile);
        string name = Label(request.Build.RunName);
        string[] arguments = ["build", "--until", request.Build.Stages[^1], .. SubmittedStage.Of(request)[0].Arguments.Skip(1)];
        object job = new
        {
            apiVersion = "batch/v1", kind = "Job", metadata = new { name },
            spec = new
            {
                completionMode = "Indexed", completions = request.Tasks, parallelism = request.Tasks,
                backoffLimitPerIndex = SubmittedStage.MostRestarts, podFailurePolicy = new { rules = RestartRules() },
                template = new
                {
                    spec = new
                    {
                        restartPolicy = "Never",
                        containers = new[]
                        {
                            new
                            {
                                name = "dataforge", image, args = arguments,
                                envFrom = request.Secret is { } secret ? new[] { new { secretRef = new { name = secret } } } : null,
                                volumeMounts = new[] { new { name = Volume, mountPath = workspace } },
                            },
                        },
                        volumes = new[] { new { name = Volume, persistentVolumeClaim = new { claimName = claim } } },
                    },
                },
            },
        };
        return JsonSerializer.Serialize(job, Format) + "\n";
    }

    // A task whose machine is taken away does not count as failed, and one that was used wrongly would fail again.
    private static object[] RestartRules() =>
    [
        new { action = "Ignore", onPodConditions = new[] { new { type = "DisruptionTarget", status = "True" } } },
        new { action = "FailIndex", onExitCodes = new { @operator = "In", values = new[] { DataForgeException.WrongUse } } },
    ];

    // The workspace is all that the tasks see of this machine.
    private static void RequireConfigIn(string workspace, string? file)
    {
        if (file is not null && !Path.GetFullPath(file).StartsWith(workspace + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw DataForgeException.Usage($"the tasks cannot read {file}: put it into the workspace, or give its options with --set.");
        }
    }

    // Names of jobs and of their tasks are DNS labels.
    private static string Label(string run)
    {
        string label = "dataforge-" + new string([.. run.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        return label[..Math.Min(label.Length, LongestLabel - LongestNumber)].TrimEnd('-');
    }
}
