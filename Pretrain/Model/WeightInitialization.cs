namespace DataForge.Pretrain.Model;

/// <summary>How the initial weights are drawn.</summary>
public enum WeightInitialization
{
    /// <summary>As GPT-Neo: every matrix with the same standard deviation.</summary>
    GptNeo,

    /// <summary>
    /// The same, but queries 1/√(head size) times as large. GPT-Neo does not scale its attention scores; with smaller queries they begin
    /// as small as those of a model that does. The architecture stays the same.
    /// </summary>
    ScaledQueries,
}
