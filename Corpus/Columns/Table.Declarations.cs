namespace DataForge.Corpus.Columns;

/// <content>The declarations.</content>
public sealed partial class Table
{
    /// <summary><c>raw/files-NNNNN.parquet</c>: one row per occurrence.</summary>
    public static readonly Table RawFiles = new(
        "raw-files", 1,
        Column.RawRepositoryId,
        Column.RawRepository,
        Column.RawSource,
        Column.Snapshot,
        Column.RawCommit.OrNull(),
        Column.RawStars.OrNull(),
        Column.RawForks.OrNull(),
        Column.IsFork.OrNull(),
        Column.RawCreatedAt.OrNull(),
        Column.RawForgeLicense.OrNull(),
        Column.Path,
        Column.Mode,
        Column.Kind,
        Column.BlobId.OrNull(),
        Column.Size,
        Column.BlobPart,
        Column.Fault.OrNull());

    /// <summary><c>raw/blobs-NNNNN.parquet</c>: one row per distinct content.</summary>
    public static readonly Table RawBlobs = new(
        "raw-blobs", 1,
        Column.BlobId,
        Column.SourceBytes);

    /// <summary><c>2-clean/occurrences/part-NNNNN.parquet</c>: occurrences that passed the rules about names and repositories.</summary>
    public static readonly Table CleanOccurrences =
        new("clean-occurrences", 2, OccurrenceColumns(Column.Copyright.As("copyright lines of the evidence, verbatim")));

    /// <summary>Version 1 of <see cref="CleanOccurrences"/>: the copyright lines are one text.</summary>
    public static readonly Table CleanOccurrencesV1 = new("clean-occurrences", 1, OccurrenceColumns(Column.CopyrightText));

    /// <summary><c>2-clean/part-NNNNN.parquet</c> and <c>3-dataset/data/*.parquet</c>: one row per distinct content.</summary>
    public static readonly Table Corpus = new("corpus", 2, CorpusColumns(Column.OtherRepositories, Column.OtherPaths));

    /// <summary>Version 1 of <see cref="Corpus"/>: the other occurrences are one list of texts.</summary>
    public static readonly Table CorpusV1 = new("corpus", 1, CorpusColumns(Column.OtherOccurrences));

    /// <summary><c>dropped/&lt;stage&gt;/*.parquet</c>: one row per dropped occurrence or content.</summary>
    public static readonly Table Dropped = new(
        "dropped", 1,
        Column.Level,
        Column.Rule,
        Column.Value,
        Column.Threshold,
        Column.BlobId.OrNull(),
        Column.RepositoryId.As("the repository (for a content: of its best occurrence)"),
        Column.RepositoryName.As("the repository (for a content: of its best occurrence)"),
        Column.RevisionId.OrNull(),
        Column.Path.As("the path (for a content: of its best occurrence)"),
        Column.LengthBytes.As("source bytes, −1 if unknown"),
        Column.Copies,
        Column.TwinBlobId.OrNull(),
        Column.Jaccard.OrNull("for a near duplicate: exact Jaccard similarity with the twin, 0 to 1"));

    /// <summary><c>3-dataset/clusters.parquet</c>: one row per file that is in a cluster of near duplicates.</summary>
    public static readonly Table Clusters = new(
        "clusters", null,
        Column.Cluster,
        Column.ClusterSize,
        Column.BlobId,
        Column.Kept,
        Column.TwinBlobId.OrNull("the kept twin; null for a file that is kept itself"),
        Column.Jaccard.OrNull());

    /// <summary><c>3-dataset/pairs.parquet</c>: one row per pair at or above the threshold.</summary>
    public static readonly Table Pairs = new(
        "pairs", null,
        Column.BlobId.As("the file of the pair with the worse rank"),
        Column.BetterBlobId,
        Column.Jaccard.As("exact Jaccard similarity of the two, 0 to 1"));

    private static TableColumn[] CorpusColumns(params TableColumn[] otherOccurrences) =>
    [
        Column.BlobId,
        Column.ContentId,
        Column.RepositoryName.As("the repository of the best surviving occurrence"),
        Column.Path.As("the path of the best surviving occurrence"),
        Column.Content,
        Column.License,
        Column.LicenseType,
        Column.LicenseEvidence,
        Column.Copyright,
        Column.Copies.As("surviving occurrences of this content"),
        .. otherOccurrences,
        Column.SourceEncoding,
        Column.LengthBytes,
        Column.LineCount,
        Column.MeanLineLength,
        Column.MaxLineLength,
        Column.AlphanumericFraction,
        Column.IsVendored,
        Column.RepositorySource,
        Column.RepositoryId,
        Column.Snapshot.As("the snapshot of the repository that was read"),
        .. CommitColumns(),
    ];

    // The commit that was read, and what the forge says of its repository; each may be unknown.
    private static TableColumn[] CommitColumns() =>
    [
        Column.RevisionId.OrNull(),
        Column.Stars.OrNull(),
        Column.Forks.OrNull(),
        Column.IsFork.OrNull(),
        Column.RepositoryCreatedAt.OrNull(),
        Column.RepositoryLicense.OrNull(),
    ];

    private static TableColumn[] OccurrenceColumns(TableColumn copyright) =>
    [
        Column.BlobId,
        Column.BlobPart,
        Column.RepositoryId,
        Column.RepositoryName,
        Column.RepositorySource,
        Column.Snapshot,
        .. CommitColumns(),
        Column.Path,
        Column.LengthBytes,
        Column.License,
        Column.LicenseType,
        Column.LicenseEvidence,
        copyright,
        Column.IsVendored,
    ];
}
