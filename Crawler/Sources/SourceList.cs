using DataForge.Corpus;
using DataForge.Crawler.Fetch;
using DataForge.Crawler.Folders;
using DataForge.Crawler.Git;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Rows;

namespace DataForge.Crawler.Sources;

/// <summary>Parses the list of sources that the user named.</summary>
public static class SourceList
{
    private const string Forms =
        "dir:PATH, git:PATH-or-URL[#REVISION], jsonl:FILE-or-DIR, parquet:FILE-or-DIR, github:QUERY or pinned:FILE";

    /// <summary>
    /// The sources, each once, in an order that does not depend on the order in which they were named. All <c>jsonl:</c> files are one
    /// source, and so are all <c>parquet:</c> files: a repository's rows may be in several files.
    /// </summary>
    /// <exception cref="DataForgeException">There is none, or one has an unknown form or does not exist.</exception>
    public static IReadOnlyList<ISource> Parse(CrawlOptions options)
    {
        if (options.Sources.Count == 0)
        {
            throw DataForgeException.Usage($"nothing to crawl: name a source with --source, as {Forms}.");
        }

        SortedDictionary<string, ISource> folders = new(StringComparer.Ordinal);
        SortedDictionary<string, ISource> repositories = new(StringComparer.Ordinal);
        SortedDictionary<string, SearchQuery> queries = new(StringComparer.Ordinal);
        SortedSet<string> pinned = new(StringComparer.Ordinal);
        List<RowFiles> lines = [], tables = [];
        foreach (string text in options.Sources)
        {
            int colon = text.IndexOf(':');
            string rest = text[(colon + 1)..];
            string kind = colon < 0 || rest.Length == 0 ? "" : text[..colon];
            rest = kind == GitHubSource.KindName ? rest : HomePath.Expand(rest);
            switch (kind)
            {
                case "dir":
                    FolderSource folder = Folder(text, rest);
                    folders.TryAdd(folder.Location, folder);
                    break;
                case "git":
                    GitLocation location = GitLocation.Parse(text, rest);
                    repositories.TryAdd(location.Location, new GitSource(text, location));
                    break;
                case GitHubSource.KindName:
                    SearchQuery query = SearchQuery.Parse(rest);
                    queries.TryAdd(query.Key, query);
                    break;
                case "pinned":
                    pinned.UnionWith(RowFiles.Find(text, rest).Files);
                    break;
                case "jsonl":
                    lines.Add(RowFiles.Find(text, rest, ".jsonl", ".jsonl.gz"));
                    break;
                case "parquet":
                    tables.Add(RowFiles.Find(text, rest, ".parquet"));
                    break;
                default:
                    throw DataForgeException.Usage($"'{text}' is not a source: write {Forms}.");
            }
        }

        List<ISource> sources = [.. folders.Values, .. repositories.Values];
        if (queries.Count > 0)
        {
            sources.Add(new GitHubSource([.. queries.Values]));
        }

        sources.AddRange(pinned.Select(static file => new PinnedSource(file)));
        if (lines.Count > 0)
        {
            sources.Add(new JsonLinesSource(RowFiles.Merge(lines)));
        }

        if (tables.Count > 0)
        {
            sources.Add(new ParquetSource(RowFiles.Merge(tables)));
        }

        return sources;
    }

    /// <summary>
    /// One source alone, to be read without a workspace: its repositories are named after the last part of its location.
    /// </summary>
    /// <param name="text">The source, of the kind <c>dir:</c> or <c>git:</c>.</param>
    /// <exception cref="DataForgeException">It has an unknown form or does not exist.</exception>
    public static ISource ParseOne(string text)
    {
        ISource source = Parse(new CrawlOptions { Sources = [text] }).Single();
        if (source is ILocatedSource located)
        {
            located.Name = located.NameParts.Count > 0 ? string.Join('/', located.NameParts.TakeLast(located.LeastNameParts)) : "root";
        }

        return source;
    }

    private static FolderSource Folder(string text, string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Directory.Exists(full)
            ? new FolderSource(text, full)
            : throw DataForgeException.Usage($"{text}: there is no such folder; name one that exists.");
    }
}
