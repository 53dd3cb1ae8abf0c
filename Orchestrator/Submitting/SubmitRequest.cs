using DataForge.Orchestrator.Commands;

namespace DataForge.Orchestrator.Submitting;

/// <summary>What runs the tasks.</summary>
internal enum SubmitEngine
{
    /// <summary>Processes on this machine.</summary>
    Local,

    /// <summary>Slurm, by <c>sbatch</c>.</summary>
    Slurm,

    /// <summary>Kubernetes: the jobs are printed, for <c>kubectl apply</c>.</summary>
    Kubernetes,
}

/// <summary>What <c>submit</c> is asked for.</summary>
/// <param name="Build">The run, its options, and the stages.</param>
/// <param name="Engine">What runs the tasks.</param>
/// <param name="Tasks">How many tasks share a stage.</param>
/// <param name="Trainers">How many processes train together.</param>
/// <param name="IsPrinted">Whether the jobs are printed and not started.</param>
/// <param name="Image">The container image; for Kubernetes.</param>
/// <param name="Claim">The claim of the volume that holds the workspace; for Kubernetes.</param>
/// <param name="Secret">The secret whose values the tasks have as environment variables, or null; for Kubernetes.</param>
internal sealed record SubmitRequest(
    PipelineRequest Build, SubmitEngine Engine, int Tasks, int Trainers, bool IsPrinted, string? Image, string? Claim,
    string? Secret);
