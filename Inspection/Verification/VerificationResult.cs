namespace DataForge.Inspection.Verification;

/// <summary>What was checked in a run without a fault.</summary>
/// <param name="Files">Files whose SHA-256 was recomputed.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Tables">Tables that were read whole.</param>
/// <param name="Rows">Their rows.</param>
/// <param name="PublishedShards">Shards of the dataset that a second reader found to hold the same values.</param>
/// <param name="Contents">Contents whose git ids were recomputed.</param>
/// <param name="Entries">Manifest entries whose counts were checked.</param>
/// <param name="Duplicates">Duplicates whose kept twins were looked up.</param>
/// <param name="Documents">Documents whose tokens were checked.</param>
/// <param name="Checkpoints">Checkpoints whose tensors were checked.</param>
/// <param name="MissingStages">The stages that the run has no part of, in order.</param>
/// <param name="Remarks">What else the reader should know, a line each.</param>
internal sealed record VerificationResult(
    long Files, long Bytes, long Tables, long Rows, long PublishedShards, long Contents, long Entries, long Duplicates, long Documents,
    int Checkpoints,
    IReadOnlyList<string> MissingStages, IReadOnlyList<string> Remarks);
