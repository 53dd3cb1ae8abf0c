namespace DataForge.Evaluation.Sets;

/// <summary>One completion of a problem.</summary>
/// <param name="ProblemId">The problem.</param>
/// <param name="Completion">The text that a model wrote.</param>
public sealed record Sample(string ProblemId, string Completion);
