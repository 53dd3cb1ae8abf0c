using System.ComponentModel.DataAnnotations;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Rows;

namespace DataForge.Crawler;

/// <summary>The sources of a crawl and its limits.</summary>
public sealed class CrawlOptions
{
    /// <summary>
    /// The sources, each as <c>kind:rest</c>: <c>dir:PATH</c>, <c>git:PATH-or-URL[#REVISION]</c>, <c>jsonl:FILE-or-DIR</c>,
    /// <c>parquet:FILE-or-DIR</c>, <c>github:QUERY</c>, or <c>pinned:FILE</c> (a list of commits, <c>1-commits.jsonl</c>, that a crawl of
    /// <c>github:</c> sources wrote). Default none. Their order does not matter.
    /// </summary>
    [NotHashed]
    public IList<string> Sources { get; set; } = [];

    /// <summary>
    /// A raw part is closed after the file with which it reaches this many content bytes. Default 32 MiB; 1 MiB to 1 GiB.
    /// </summary>
    [Range(1L << 20, 1L << 30)]
    public long RawPartBytes { get; set; } = 32L << 20;

    /// <summary>Python files of this many source bytes or more are not stored (rule <c>size</c>). Default 1,048,576; 1 to 64 MiB.</summary>
    [Range(1, 64 << 20)]
    public int MaxFileBytes { get; set; } = 1_048_576;

    /// <summary>
    /// Licence texts and metadata of this many bytes or more are not stored (rule <c>size</c>). Default 1,048,576; 1 to 64 MiB.
    /// </summary>
    [Range(1, 64 << 20)]
    public int LicenseFileMaxBytes { get; set; } = 1_048_576;

    /// <summary>
    /// Most files stored of one repository, in order of their paths; further files are not stored (rule <c>limit</c>). Default 500,000; 1
    /// to 100,000,000. The paths of one repository are in memory: about 300 bytes per file.
    /// </summary>
    [Range(1, 100_000_000)]
    public int MaxRepositoryFiles { get; set; } = 500_000;

    /// <summary>
    /// Most content bytes stored of one repository, in order of its paths; files that would exceed them are not stored (rule
    /// <c>limit</c>). Default 64 GiB; 1 to 2^60.
    /// </summary>
    [Range(1L, 1L << 60)]
    public long MaxRepositoryBytes { get; set; } = 64L << 30;

    /// <summary>Greatest depth of nested folders; a deeper folder is not read (rule <c>limit</c>). Default 100; 1 to 1000.</summary>
    [Range(1, 1000)]
    public int MaxFolderDepth { get; set; } = 100;

    /// <summary>Longest line of a JSONL source, in bytes; a longer one stops the run. Default 64 MiB; 1 KiB to 1 GiB.</summary>
    [Range(1 << 10, 1 << 30)]
    [NotHashed]
    public int MaxLineBytes { get; set; } = 64 << 20;

    /// <summary>
    /// The share of rows of the <c>jsonl:</c> files, and of the <c>parquet:</c> files, that may have null as their content. Such a row is
    /// not stored (rule <c>unreadable</c>); if there are more of them, the crawl ends. One such row is always allowed, unless this is 0.
    /// Default 0.01; 0 to 1.
    /// </summary>
    [Range(0.0, 1.0)]
    [NotHashed]
    public double MaxNullShare { get; set; } = 0.01;

    /// <summary>
    /// A published layout: <c>StackV1</c>, <c>StackV2</c> or <c>StackV3</c>. Its column names apply to the options below that have their
    /// default value. Default <c>None</c>.
    /// </summary>
    public ColumnPreset ColumnPreset { get; set; }

    /// <summary>
    /// Field or column of <c>jsonl:</c> and <c>parquet:</c> sources with the repository's name. Default <c>repo</c>; required.
    /// </summary>
    [Required]
    public string RepositoryColumn { get; set; } = "repo";

    /// <summary>Field or column with the file's path in its repository. Default <c>path</c>; required.</summary>
    [Required]
    public string PathColumn { get; set; } = "path";

    /// <summary>Field or column with the file's text. Default <c>content</c>; required.</summary>
    [Required]
    public string ContentColumn { get; set; } = "content";

    /// <summary>
    /// Field or column with the repository's licence, best as an SPDX id, or with a list of licences. Default <c>license</c>; may be
    /// absent.
    /// </summary>
    [Required]
    public string LicenseColumn { get; set; } = "license";

    /// <summary>Field or column with the repository's stars, a whole number. Default <c>stars</c>; may be absent.</summary>
    [Required]
    public string StarsColumn { get; set; } = "stars";

    /// <summary>Field or column with the repository's forks, a whole number. Default <c>forks</c>; may be absent.</summary>
    [Required]
    public string ForksColumn { get; set; } = "forks";

    /// <summary>Field or column that says whether the repository is a fork, a boolean. Default <c>is_fork</c>; may be absent.</summary>
    [Required]
    public string IsForkColumn { get; set; } = "is_fork";

    /// <summary>
    /// Field or column with the time of the repository's creation, ISO 8601 in UTC. Default <c>created_at</c>; may be absent.
    /// </summary>
    [Required]
    public string CreatedAtColumn { get; set; } = "created_at";

    /// <summary>Field or column with the commit's id. Default <c>commit</c>; may be absent.</summary>
    [Required]
    public string CommitColumn { get; set; } = "commit";

    /// <summary>Seconds a git transfer of a <c>git:URL</c> source may take. Default 3600; 1 to 86,400.</summary>
    [Range(1, 86_400)]
    [NotHashed]
    public int GitTimeoutSeconds { get; set; } = 3600;

    /// <summary>
    /// Seconds a repository of a forge may take, from its first request on (rule <c>timeout</c>). Default 600; 1 to 86,400.
    /// </summary>
    [Range(1, 86_400)]
    [NotHashed]
    public int FetchTimeoutSeconds { get; set; } = 600;

    /// <summary>
    /// Most bytes received of one repository. A repository that would exceed them is fetched again without files of 1 MiB and more; if that
    /// is still too much, it is given up (rule <c>limit</c>). Default 1 GiB; 1 KiB to 1 TiB.
    /// </summary>
    [Range(1L << 10, 1L << 40)]
    [NotHashed]
    public long FetchMaxBytes { get; set; } = 1L << 30;

    /// <summary>Most objects in one pack that a forge sends (rule <c>limit</c>). Default 2,000,000; 1 to 100,000,000.</summary>
    [Range(1, 100_000_000)]
    [NotHashed]
    public int FetchMaxObjects { get; set; } = 2_000_000;

    /// <summary>
    /// Concurrent transfers from a forge; 0 adapts the number to the throughput. Default 0; 0 to 64.
    /// </summary>
    [Range(0, 64)]
    [NotHashed]
    public int FetchConnections { get; set; }

    /// <summary>Most repositories of a forge that are fetched before they are written. Default 128; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    [NotHashed]
    public int FetchAhead { get; set; } = 128;

    /// <summary>
    /// Most bytes on disk of repositories that are fetched and not yet written; beyond this limit no further fetch begins. Default 4 GiB; 1
    /// MiB to 1 TiB.
    /// </summary>
    [Range(1L << 20, 1L << 40)]
    [NotHashed]
    public long FetchAheadBytes { get; set; } = 4L << 30;

    /// <summary>
    /// The transport of a forge's repositories: <c>git</c> or <c>archive</c> (a tar.gz of the default branch). Default <c>git</c>.
    /// </summary>
    [RegularExpression("git|archive")]
    [NotHashed]
    public string FetchTransport { get; set; } = "git";

    /// <summary>
    /// The address of the catalog: none for <c>catalog.db</c> in the workspace (default), or <c>postgres://user@host:port/database</c>. The
    /// password comes from PGPASSWORD or <c>~/.pgpass</c>.
    /// </summary>
    [NotHashed]
    public string? Catalog { get; set; }

    /// <summary>
    /// Seconds after which the leases of a crawler that shares its catalog expire; it renews them four times in this time. A killed crawler
    /// is noticed at once; one that hangs, or whose machine lost power, after this time. Default 120; 1 to 3600.
    /// </summary>
    [Range(1, 3600)]
    [NotHashed]
    public int LeaseSeconds { get; set; } = 120;

    /// <summary>
    /// The address of the REST API of <c>github:</c> sources: <c>https://api.github.com</c> (default), <c>https://HOST/api/v3</c> of a
    /// GitHub Enterprise server, or a test forge. http is for loopback only: it would send the token unencrypted.
    /// </summary>
    [Required]
    public string GitHubBaseAddress { get; set; } = "https://api.github.com";

    /// <summary>
    /// File with tokens for <c>github:</c> sources, one per line, readable by its owner only. Default none. Tokens of the environment
    /// (DATAFORGE_GITHUB_TOKENS, GITHUB_TOKEN, GH_TOKEN) are used as well.
    /// </summary>
    [NotHashed]
    public string? GitHubTokenFile { get; set; }

    /// <summary>Seconds a response of the API may take, with its body. Default 30; 1 to 600.</summary>
    [Range(1, 600)]
    [NotHashed]
    public int GitHubTimeoutSeconds { get; set; } = 30;

    /// <summary>
    /// Seconds after which the crawl gives up if a forge has never answered. If it has answered before, the crawl waits much longer.
    /// Default 20; 0 to 3600.
    /// </summary>
    [Range(0, 3600)]
    [NotHashed]
    public int GitHubConnectSeconds { get; set; } = 20;

    /// <summary>
    /// Whether a run whose input is pinned crawls again and takes the newest snapshots. Default false: the pinned input stays, and the
    /// sources are not read.
    /// </summary>
    [NotHashed]
    public bool Repin { get; set; }

    /// <summary>A copy of these options with <see cref="Repin"/>.</summary>
    public CrawlOptions Repinned()
    {
        var copy = (CrawlOptions)MemberwiseClone();
        copy.Repin = true;
        return copy;
    }

    /// <summary>
    /// The hash of the limits that decide which rows a repository gives; if one changes, every repository is crawled again.
    /// </summary>
    internal string RowsHash() => StageHash.Combine(
        $"{CrawlStage.CodeVersion} {MaxFileBytes} {LicenseFileMaxBytes} {MaxRepositoryFiles} {MaxRepositoryBytes} {MaxFolderDepth}");

    /// <summary>The hash of the names of the columns that are read from rows.</summary>
    internal string ColumnsHash() => ColumnNames.Of(this).Hash;
}
