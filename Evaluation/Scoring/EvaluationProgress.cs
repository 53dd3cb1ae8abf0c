namespace DataForge.Evaluation.Scoring;

/// <summary>How far an evaluation is.</summary>
/// <param name="Step">What it does.</param>
/// <param name="Done">Problems done.</param>
/// <param name="Total">Problems to do.</param>
/// <param name="SecondsLeft">Seconds left, if the rest takes as long as what was done.</param>
public readonly record struct EvaluationProgress(string Step, int Done, int Total, double SecondsLeft);
