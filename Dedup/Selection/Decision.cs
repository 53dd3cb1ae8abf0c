namespace DataForge.Dedup.Selection;

/// <summary>What was decided about one file.</summary>
/// <param name="Rule">The rule that dropped it; <see cref="DropRule.None"/> for a kept file.</param>
/// <param name="TwinOrdinal">The ordinal of its kept twin; −1 for a kept file.</param>
/// <param name="Similarity">Its Jaccard similarity with the twin; 0 for a kept file.</param>
internal readonly record struct Decision(DropRule Rule, int TwinOrdinal, double Similarity);

/// <summary>The stage's rules, and what intermediate files store for them.</summary>
internal enum DropRule
{
    /// <summary>The file is kept.</summary>
    None = 0,

    /// <summary>The kept twin has the same folded text and the same shingle set.</summary>
    ExactDuplicate = 1,

    /// <summary>The similarity with the kept twin's shingle set is at or above the threshold.</summary>
    NearDuplicate = 2,

    /// <summary>A base dropped the file, so this run has nothing to decide about it.</summary>
    DroppedByBase = 3,
}
