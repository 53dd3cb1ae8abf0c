namespace DataForge.Crawler;

/// <summary>A published layout of rows, for the names of their columns.</summary>
public enum ColumnPreset
{
    /// <summary>The names that the options say.</summary>
    None,

    /// <summary>The Stack, version 1 (<c>max_stars_repo_name</c>, <c>max_stars_repo_licenses</c>, …).</summary>
    StackV1,

    /// <summary>The Stack, version 2, with the contents added as <c>content</c> (<c>repo_name</c>, <c>detected_licenses</c>, …).</summary>
    StackV2,

    /// <summary>
    /// The Stack, version 3 (<c>repo_path</c>, <c>detected_licenses</c>, <c>commit_id</c>, …): one row per file, or one per repository
    /// with a list of its files in <c>files</c>.
    /// </summary>
    StackV3,
}
