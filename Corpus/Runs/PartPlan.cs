namespace DataForge.Corpus.Runs;

/// <summary>One part to compute.</summary>
/// <param name="Part">Its name within the stage, such as <c>part-00000</c>.</param>
/// <param name="InputHash">The hash of what it reads.</param>
/// <param name="Weight">Its share of the stage's progress, in the unit of <see cref="StageContext.RunPartsAsync"/>.</param>
/// <param name="Compute">Writes the part's files through <see cref="PartOutput.Create"/>.</param>
public sealed record PartPlan(string Part, string InputHash, long Weight, Func<PartOutput, CancellationToken, Task> Compute);
