namespace DataForge.Evaluation.Scoring;

/// <summary>How a model generated samples, as <c>generation.json</c> and the report hold it.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="DataSha256">The hash of its file.</param>
/// <param name="ModelSha256">The hash of the model's weights.</param>
/// <param name="TokenizerSha256">The hash of its tokenizer.</param>
/// <param name="SamplesPerProblem">Samples of each problem.</param>
/// <param name="Temperature">The temperature; 0 always takes the most likely token.</param>
/// <param name="TopP">The share of the probability that is sampled from.</param>
/// <param name="TopK">How many of the most likely tokens are sampled from; 0 for all.</param>
/// <param name="RepetitionPenalty">The penalty of repeated tokens; 1 for none.</param>
/// <param name="MaxNewTokens">The most tokens of a sample.</param>
/// <param name="Seed">The seed; sample i of a problem has a seed of its own, made of this one, the problem's name and i.</param>
/// <param name="Batch">Samples generated at a time.</param>
/// <param name="Infilling">The marks around a gap, where the set has gaps.</param>
public sealed record GenerationSettings(
    string Set, string DataSha256, string ModelSha256, string TokenizerSha256, int SamplesPerProblem, double Temperature,
    double TopP, int TopK, double RepetitionPenalty, int MaxNewTokens, ulong Seed, int Batch, string? Infilling);
