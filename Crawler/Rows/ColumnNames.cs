using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Rows;

/// <summary>
/// The fields or columns that rows are read from: where an option was not changed from its default, the name that the chosen layout has.
/// </summary>
internal sealed record ColumnNames
{
    // What the options say where nobody changed them, and the layouts' own names. A column that a layout does not have, or whose
    // values are about another repository, keeps the option's name and is then absent.
    private static readonly ColumnNames Default = FromOptions(new CrawlOptions());

    private static readonly ColumnNames StackV1 = Default with
    {
        Repository = "max_stars_repo_name", Path = "max_stars_repo_path", License = "max_stars_repo_licenses", Stars = "max_stars_count",
        Commit = "max_stars_repo_head_hexsha",
    };

    private static readonly ColumnNames StackV2 = Default with
    {
        Repository = "repo_name", License = "detected_licenses", Stars = "star_events_count", Forks = "fork_events_count",
        Commit = "revision_id",
    };

    private static readonly ColumnNames StackV3 = Default with
    {
        Repository = "repo_path", License = "detected_licenses", CreatedAt = "repo_created_at", Commit = "commit_id",
        Files = "files",
    };

    /// <summary>The repository's name.</summary>
    public required string Repository { get; init; }

    /// <summary>The file's path.</summary>
    public required string Path { get; init; }

    /// <summary>The file's text.</summary>
    public required string Content { get; init; }

    /// <summary>The repository's licence or licences.</summary>
    public required string License { get; init; }

    /// <summary>The repository's stars.</summary>
    public required string Stars { get; init; }

    /// <summary>The repository's forks.</summary>
    public required string Forks { get; init; }

    /// <summary>Whether the repository is a fork.</summary>
    public required string IsFork { get; init; }

    /// <summary>When the repository was created.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>The commit's id.</summary>
    public required string Commit { get; init; }

    /// <summary>
    /// A list of files, each with the columns of a file, in a row of their repository; empty where the layout has none.
    /// </summary>
    public string Files { get; init; } = "";

    /// <summary>A hash of the names.</summary>
    public string Hash => StageHash.Combine(Repository, Path, Content, License, Stars, Forks, IsFork, CreatedAt, Commit, Files);

    /// <summary>The names that these options give.</summary>
    public static ColumnNames Of(CrawlOptions options)
    {
        ColumnNames given = FromOptions(options);
        ColumnNames layout = options.ColumnPreset switch
        {
            ColumnPreset.StackV1 => StackV1,
            ColumnPreset.StackV2 => StackV2,
            ColumnPreset.StackV3 => StackV3,
            _ => Default,
        };
        string Choose(Func<ColumnNames, string> name) => name(given) == name(Default) ? name(layout) : name(given);
        return new ColumnNames
        {
            Repository = Choose(names => names.Repository), Path = Choose(names => names.Path), Content = Choose(names => names.Content),
            License = Choose(names => names.License), Stars = Choose(names => names.Stars), Forks = Choose(names => names.Forks),
            IsFork = Choose(names => names.IsFork), CreatedAt = Choose(names => names.CreatedAt), Commit = Choose(names => names.Commit),
            Files = layout.Files,
        };
    }

    private static ColumnNames FromOptions(CrawlOptions options) => new()
    {
        Repository = options.RepositoryColumn, Path = options.PathColumn, Content = options.ContentColumn, License = options.LicenseColumn,
        Stars = options.StarsColumn, Forks = options.ForksColumn, IsFork = options.IsForkColumn, CreatedAt = options.CreatedAtColumn,
        Commit = options.CommitColumn,
    };
}
