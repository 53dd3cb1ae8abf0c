using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Store;
using DataForge.Parquet;

namespace DataForge.Dedup.Dataset;

/// <summary>
/// All figures about a dataset that are shown anywhere, from committed manifest entries and their shards. Memory: one entry per repository.
/// </summary>
public sealed record DatasetFigures
{
    // A rule with several thresholds had them changed between builds of its parts; the card has room for a few.
    private const int MaxThresholds = 4;

    private const int MaxRepositories = 20;

    /// <summary>Repositories whose snapshots the run reads.</summary>
    public required long RepositoriesRead { get; init; }

    /// <summary>The dataset's size.</summary>
    public required DatasetSize Dataset { get; init; }

    /// <summary>What remained after each step, from the occurrences read to the dataset.</summary>
    public required IReadOnlyList<FunnelFigure> Funnel { get; init; }

    /// <summary>What was dropped, by stage and rule; most first.</summary>
    public required IReadOnlyList<RuleFigure> Rules { get; init; }

    /// <summary>Files by SPDX expression; most first.</summary>
    public required IReadOnlyList<NamedFigure> Licenses { get; init; }

    /// <summary>Files by class of licence; most first.</summary>
    public required IReadOnlyList<NamedFigure> LicenseClasses { get; init; }

    /// <summary>Files by size. The name is an exclusive upper bound in bytes, padded with zeros, or <c>larger</c>.</summary>
    public required IReadOnlyList<NamedFigure> Sizes { get; init; }

    /// <summary>The duplicates that were found.</summary>
    public required DuplicateFigures Duplicates { get; init; }

    /// <summary>The dataset that this one extends; null without a base.</summary>
    public BaseFigures? Base { get; init; }

    /// <summary>The repositories with the most bytes; at most 20.</summary>
    public required IReadOnlyList<RepositoryFigure> TopRepositories { get; init; }

    /// <summary>The result of the stage's own audit; null if it was turned off.</summary>
    public AuditReport? Audit { get; init; }

    /// <summary>Reads the figures of a run's dataset.</summary>
    /// <exception cref="DataForgeException">A shard is damaged.</exception>
    public static DatasetFigures Of(Run run)
    {
        CountTable clean = run.Manifest.TotalCounts(StageNames.Clean);
        CountTable dedup = run.Manifest.TotalCounts(StageNames.Dedup);
        List<RepositoryFigure> repositories = Repositories(run);
        ManifestOutput[] shards = [.. ShardsOf(run)];
        return new DatasetFigures
        {
            RepositoriesRead = run.Manifest.TotalCounts(StageNames.Crawl)[CountName.Repositories],
            Dataset = new DatasetSize(
                dedup[CountName.ContentsOut], dedup[CountName.OccurrencesOut], dedup[CountName.BytesOut],
                repositories.Count, shards.Length, shards.Sum(shard => shard.Bytes)),
            Funnel =
            [
                new("occurrences read", clean[CountName.OccurrencesIn], clean[CountName.OccurrenceBytesIn]),
                new("occurrences that pass the rules on names and repositories", clean[CountName.OccurrencesPassed], null),
                new("distinct contents whose licence passes", clean[CountName.ContentsIn], clean[CountName.BytesIn]),
                new("contents that pass the rules on text", clean[CountName.ContentsOut], clean[CountName.BytesOut]),
                new("files of the dataset: no duplicate of a better one", dedup[CountName.ContentsOut], dedup[CountName.BytesOut]),
            ],
            Rules =
            [
                .. RulesOf(run, StageNames.Clean, clean).Concat(RulesWithoutDrops(run, clean)).Concat(RulesOf(run, StageNames.Dedup, dedup))
                    .OrderByDescending(rule => rule.Occurrences).ThenBy(rule => rule.Rule, StringComparer.Ordinal),
            ],
            Licenses = Named(dedup, CountName.License),
            LicenseClasses = Named(dedup, CountName.LicenseClass),
            Sizes = [.. Named(dedup, CountName.Size).OrderBy(size => size.Name, StringComparer.Ordinal)],
            Duplicates = DuplicateFigures.Of(dedup),
            Base = dedup.Contains(CountName.RanksBaseKept)
                ? new BaseFigures(dedup[CountName.RanksBaseKept], dedup[CountName.SelectionTwinsInBase])
                : null,
            TopRepositories =
            [
                .. repositories.OrderByDescending(repository => repository.Bytes)
                    .ThenBy(repository => repository.Name, StringComparer.Ordinal).Take(MaxRepositories),
            ],
            Audit = AuditOf(run),
        };
    }

    /// <summary>The result of the audit of a run's duplicates; null if there is none.</summary>
    public static AuditReport? AuditOf(Run run) => run.Manifest.Find(StageNames.Dedup, DedupPaths.AuditPart) is null
        ? null
        : DedupJson.Read<AuditReport>(run.PathOf(DedupPaths.Audit));

    /// <summary>The dataset's shards in the manifest, in order.</summary>
    internal static IEnumerable<ManifestOutput> ShardsOf(Run run) => run.Manifest.Entries(StageNames.Dedup)
        .SelectMany(entry => entry.Outputs).Where(DedupPaths.IsShard).OrderBy(output => output.Path, StringComparer.Ordinal);

    private static NamedFigure[] Named(CountTable counts, CountFamily family) =>
    [
        .. counts.Of(family).Where(count => count.Value > 0).Select(count => new NamedFigure(count.Member, count.Value))
            .OrderByDescending(figure => figure.Files).ThenBy(figure => figure.Name, StringComparer.Ordinal),
    ];

    private static IEnumerable<RuleFigure> RulesOf(Run run, string stage, CountTable counts)
    {
        Dictionary<string, SortedSet<string>> thresholds = Thresholds(run, stage);
        return Named(counts, CountName.Dropped).Select(rule => new RuleFigure(
            stage, rule.Name, thresholds.TryGetValue(rule.Name, out SortedSet<string>? known) ? [.. known.Take(MaxThresholds)] : [],
            rule.Files, counts[CountName.DroppedContents.Of(rule.Name)]));
    }

    // Whoever builds the dataset again needs to know the rules that dropped nothing too.
    private static IEnumerable<RuleFigure> RulesWithoutDrops(Run run, CountTable counts) => AppliedRules.Of(run)
        .Where(rule => counts[CountName.Dropped.Of(rule.Rule)] == 0)
        .Select(rule => new RuleFigure(StageNames.Clean, rule.Rule, rule.Threshold.Length > 0 ? [rule.Threshold] : [], 0, 0));

    // By rule, the thresholds of its dropped files.
    private static Dictionary<string, SortedSet<string>> Thresholds(Run run, string stage)
    {
        var thresholds = new Dictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        IEnumerable<ManifestOutput> shards = run.Manifest.Entries(stage).SelectMany(entry => entry.Outputs)
            .Where(output => output.Path.StartsWith(RunPaths.Dropped + "/", StringComparison.Ordinal));
        foreach (ManifestOutput shard in shards)
        {
            using var reader = new TableReader(run.PathOf(shard.Path), Table.Dropped);
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using ParquetRowGroup rows = reader.ReadRowGroup(group, Column.Rule, Column.Threshold);
                AddThresholds(thresholds, rows);
            }
        }

        return thresholds;
    }

    private static void AddThresholds(Dictionary<string, SortedSet<string>> thresholds, ParquetRowGroup rows)
    {
        BinaryColumn rules = rows.Get(Column.Rule);
        BinaryColumn values = rows.Get(Column.Threshold);
        for (int row = 0; row < rows.RowCount; row++)
        {
            if (values[row].IsEmpty)
            {
                continue;
            }

            string rule = rules.GetString(row);
            if (!thresholds.TryGetValue(rule, out SortedSet<string>? known))
            {
                thresholds[rule] = known = new SortedSet<string>(StringComparer.Ordinal);
            }

            known.Add(values.GetString(row));
        }
    }

    private static List<RepositoryFigure> Repositories(Run run)
    {
        var repositories = new SortedDictionary<string, (long Files, long Bytes)>(StringComparer.Ordinal);
        foreach (ManifestOutput shard in ShardsOf(run))
        {
            using var reader = new CorpusShard.Reader(run.PathOf(shard.Path));
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadRowGroup(group, Column.RepositoryName, Column.LengthBytes);
                BinaryColumn names = rows.Get(Column.RepositoryName);
                Int64Column sizes = rows.Get(Column.LengthBytes);
                for (int row = 0; row < rows.Count; row++)
                {
                    string name = names.GetString(row);
                    (long files, long bytes) = repositories.GetValueOrDefault(name);
                    repositories[name] = (files + 1, bytes + sizes[row]);
                }
            }
        }

        return [.. repositories.Select(pair => new RepositoryFigure(pair.Key, pair.Value.Files, pair.Value.Bytes))];
    }
}
