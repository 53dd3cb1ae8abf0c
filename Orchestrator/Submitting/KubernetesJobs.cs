using System.Text.Json;
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

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

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

        string workspace = Path.GetFullPath(request.Build.WorkspaceFolder);
        string name = Label(request.Build.RunName);
        string[] arguments = ["build", "--until", request.Build.Stages[^1], .. SubmittedStage.Of(request)[0].Arguments.Skip(1)];
        object job = new
        {
            apiVersion = "batch/v1", kind = "Job", metadata = new { name },
            spec = new
            {
                completionMode = "Indexed", completions = request.Tasks, parallelism = request.Tasks,
                backoffLimitPerIndex = SubmittedStage.MostRestarts,
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

    // Names of jobs are DNS labels.
    private static string Label(string run)
    {
        string label = "dataforge-" + new string([.. run.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        return label[..Math.Min(label.Length, 63)].TrimEnd('-');
    }
}
