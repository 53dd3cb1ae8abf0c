using DataForge.Evaluation.Sets;

namespace DataForge.Evaluation.Scoring;

/// <summary>What is evaluated, and how.</summary>
/// <param name="Set">The set.</param>
/// <param name="DataFile">The file with its problems.</param>
/// <param name="SamplesFile">The file with the samples.</param>
/// <param name="OutFolder">Where the results are written.</param>
/// <param name="Workers">Programs judged at a time.</param>
/// <param name="Python">The interpreter, as a command or a path.</param>
/// <param name="Isolated">Whether programs run in the sandbox.</param>
/// <param name="CpuLimit">Seconds of processor time for a program, or null for the set's own.</param>
/// <param name="Generation">How the samples were generated, where that is known.</param>
public sealed record EvaluationRequest(
    IBenchmarkSet Set, string DataFile, string SamplesFile, string OutFolder, int Workers, string Python = "python3", bool Isolated = true,
    double? CpuLimit = null, GenerationSettings? Generation = null);
