using DataForge.Parquet;

namespace DataForge.Corpus.Columns;

// The columns of all tables. A column that several tables share is declared once. The names in clean and published shards are those of
// The Stack v2 and codeparrot-clean, if they mean the same.
/// <content>The declarations.</content>
public abstract partial class Column
{
    /// <summary>The git id of the source bytes.</summary>
    public static readonly Column<BinaryColumn> BlobId = Text("blob_id", "git's SHA-1 id of the source bytes");

    /// <summary>The git id of the text that ships.</summary>
    public static readonly Column<BinaryColumn> ContentId = Text("content_id", "git id of `content`");

    /// <summary>The text that ships.</summary>
    public static readonly Column<BinaryColumn> Content = Text("content", "the published text: UTF-8, lines end with LF");

    /// <summary>The source bytes of a content.</summary>
    public static readonly Column<BinaryColumn> SourceBytes = Bytes("content", "the source bytes");

    /// <summary>The path in the repository.</summary>
    public static readonly Column<BinaryColumn> Path = Text("path", "parts separated by `/`; bytes that are not UTF-8 as `%XX`");

    /// <summary>The number of the raw part that stores the content.</summary>
    public static readonly Column<Int32Column> BlobPart =
        Int32("blob_part", "number of the raw part that stores the content, −1 if it is not stored");

    // A repository's facts as clean and published shards name them.

    /// <summary>The repository's number.</summary>
    public static readonly Column<Int64Column> RepositoryId = Int64("repo_id", "the repository's number");

    /// <summary>The repository's name.</summary>
    public static readonly Column<BinaryColumn> RepositoryName = Text("repo_name", "the repository's name");

    /// <summary>The kind of source the repository came from.</summary>
    public static readonly Column<BinaryColumn> RepositorySource =
        Text("repo_source", "the kind of source: `dir`, `git`, `jsonl`, `parquet`, `github`");

    /// <summary>The number of the crawl that a snapshot was taken in.</summary>
    public static readonly Column<Int32Column> Snapshot =
        Int32("snapshot", "how many times this workspace has crawled the repository, from 1");

    /// <summary>The commit's id.</summary>
    public static readonly Column<BinaryColumn> RevisionId = Text("revision_id", "commit id");

    /// <summary>The repository's stars.</summary>
    public static readonly Column<Int32Column> Stars = Int32("star_events_count", "stars of the repository, as of the crawl");

    /// <summary>The repository's forks.</summary>
    public static readonly Column<Int32Column> Forks = Int32("fork_events_count", "forks of the repository, as of the crawl");

    /// <summary>Whether the repository is a fork.</summary>
    public static readonly Column<BooleanColumn> IsFork = Boolean("is_fork", "whether the repository is a fork, as of the crawl");

    /// <summary>When the repository was created.</summary>
    public static readonly Column<BinaryColumn> RepositoryCreatedAt =
        Text("repo_created_at", "when the repository was created: ISO 8601, UTC");

    /// <summary>The licence that the forge names.</summary>
    public static readonly Column<BinaryColumn> RepositoryLicense = Text("repo_license", "the licence that the forge or the source states");

    // The same facts as raw files name them.

    /// <summary><see cref="RepositoryId"/> in raw files.</summary>
    public static readonly Column<Int64Column> RawRepositoryId =
        Int64("repository_id", "GitHub's number; for other sources 63 bits of SHA-256 over source kind and name");

    /// <summary><see cref="RepositoryName"/> in raw files.</summary>
    public static readonly Column<BinaryColumn> RawRepository = Text("repository", "name, unique within a workspace");

    /// <summary><see cref="RepositorySource"/> in raw files.</summary>
    public static readonly Column<BinaryColumn> RawSource = Text("source", "`dir`, `git`, `jsonl`, `parquet`, `github`");

    /// <summary><see cref="RevisionId"/> in raw files.</summary>
    public static readonly Column<BinaryColumn> RawCommit = Text("commit", "commit id");

    /// <summary><see cref="Stars"/> in raw files.</summary>
    public static readonly Column<Int32Column> RawStars = Int32("stars", "stars of the repository, as of the crawl");

    /// <summary><see cref="Forks"/> in raw files.</summary>
    public static readonly Column<Int32Column> RawForks = Int32("forks", "forks of the repository, as of the crawl");

    /// <summary><see cref="RepositoryCreatedAt"/> in raw files.</summary>
    public static readonly Column<BinaryColumn> RawCreatedAt = Text("created_at", "when the repository was created: ISO 8601, UTC");

    /// <summary><see cref="RepositoryLicense"/> in raw files.</summary>
    public static readonly Column<BinaryColumn> RawForgeLicense = Text("forge_license", "the licence that the forge or the source states");

    // Only in raw files.

    /// <summary>The git mode.</summary>
    public static readonly Column<Int32Column> Mode = Int32("mode", "git mode");

    /// <summary>What the file is for.</summary>
    public static readonly Column<Int32Column> Kind = Int32("kind", "0 Python, 1 licence text, 2 packaging metadata");

    /// <summary>The number of source bytes, in raw files.</summary>
    public static readonly Column<Int64Column> Size = Int64("size", "source bytes, −1 if unknown");

    /// <summary>Why the content is not stored.</summary>
    public static readonly Column<BinaryColumn> Fault = Text("fault", "the rule by which the content is not stored");

    // Attribution: where a content comes from and under which licence.

    /// <summary>The SPDX expression of the licence.</summary>
    public static readonly Column<BinaryColumn> License = Text("license", "SPDX expression");

    /// <summary>The class of the licence.</summary>
    public static readonly Column<BinaryColumn> LicenseType =
        Text("license_type", "`permissive`, `public-domain`, `weak-copyleft`, `strong-copyleft`, `unknown`, `none`");

    /// <summary>How the licence was found.</summary>
    public static readonly Column<BinaryColumn> LicenseEvidence = Text("license_evidence", "the evidence for the licence");

    /// <summary>Copyright lines.</summary>
    public static readonly Column<StringListColumn> Copyright = TextList("copyright", "copyright lines, verbatim");

    /// <summary><see cref="Copyright"/> as version 1 of clean's occurrences writes it.</summary>
    public static readonly Column<BinaryColumn> CopyrightText = Text("copyright", "copyright lines of the evidence, joined by line feeds");

    /// <summary>The number of occurrences that a row accounts for.</summary>
    public static readonly Column<Int32Column> Copies = Int32("copies", "occurrences that the row accounts for");

    /// <summary>The repositories of the other occurrences.</summary>
    public static readonly Column<StringListColumn> OtherRepositories =
        TextList("other_repositories", "the repositories of the other surviving occurrences, in rank order, at most 100");

    /// <summary>The paths of the other occurrences.</summary>
    public static readonly Column<StringListColumn> OtherPaths =
        TextList("other_paths", "the paths of these occurrences, in the same order");

    /// <summary>The other occurrences as version 1 of clean and published shards writes them.</summary>
    public static readonly Column<StringListColumn> OtherOccurrences =
        TextList("other_occurrences", "the other surviving occurrences, as `repository path`, at most 100");

    // Facts about a text.

    /// <summary>The encoding of the source bytes.</summary>
    public static readonly Column<BinaryColumn> SourceEncoding = Text("src_encoding", "encoding of the source bytes");

    /// <summary>The number of source bytes.</summary>
    public static readonly Column<Int64Column> LengthBytes = Int64("length_bytes", "source bytes");

    /// <summary>The number of lines.</summary>
    public static readonly Column<Int32Column> LineCount = Int32("line_count", "lines of `content`");

    /// <summary>The mean length of a line.</summary>
    public static readonly Column<DoubleColumn> MeanLineLength =
        Double("avg_line_length", "mean length of a line of `content`, in characters");

    /// <summary>The length of the longest line.</summary>
    public static readonly Column<Int32Column> MaxLineLength =
        Int32("max_line_length", "length of the longest line of `content`, in characters");

    /// <summary>The share of letters and digits.</summary>
    public static readonly Column<DoubleColumn> AlphanumericFraction =
        Double("alphanum_fraction", "share of letters and digits among the characters of `content`, 0 to 1");

    /// <summary>Whether the path is in a vendored folder.</summary>
    public static readonly Column<BooleanColumn> IsVendored = Boolean("is_vendor", "whether the path is in a vendored folder");

    // Of dropped files.

    /// <summary>Whether an occurrence or a content was dropped.</summary>
    public static readonly Column<BinaryColumn> Level = Text(
        "level",
        "`occurrence`: this path in this repository was dropped; `content`: the content was dropped, with all its occurrences that have no "
        + "row of their own");

    /// <summary>The name of the rule that dropped it.</summary>
    public static readonly Column<BinaryColumn> Rule =
        Text("rule", "the rule's name ([rules.md](rules.md)), or `exact_duplicate`, `near_duplicate`");

    /// <summary>What the rule measured.</summary>
    public static readonly Column<BinaryColumn> Value = Text("value", "the measured value");

    /// <summary>What the value was compared with.</summary>
    public static readonly Column<BinaryColumn> Threshold = Text("threshold", "the threshold that the value was compared with");

    // Of duplicates, clusters and pairs.

    /// <summary>The kept twin of a duplicate.</summary>
    public static readonly Column<BinaryColumn> TwinBlobId =
        Text("twin_blob_id", "for a duplicate: the kept twin; null if `value` is `twin removed by opt-out`");

    /// <summary>The exact Jaccard similarity of two files.</summary>
    public static readonly Column<DoubleColumn> Jaccard = Double("jaccard", "exact Jaccard similarity with the twin, 0 to 1");

    /// <summary>The cluster of near duplicates that a file belongs to.</summary>
    public static readonly Column<BinaryColumn> Cluster = Text("cluster", "the cluster: `blob_id` of its best file");

    /// <summary>The number of files in a cluster.</summary>
    public static readonly Column<Int32Column> ClusterSize = Int32("cluster_size", "files in the cluster, at least 2");

    /// <summary>Whether a member of a cluster is kept.</summary>
    public static readonly Column<BooleanColumn> Kept = Boolean("kept", "whether the file stays in the dataset");

    /// <summary>The better ranked file of a pair.</summary>
    public static readonly Column<BinaryColumn> BetterBlobId = Text("better_blob_id", "the file of the pair with the better rank");
}
