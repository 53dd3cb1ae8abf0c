using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Steps;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Dataset;

/// <summary>How many were left after a step.</summary>
/// <param name="Name">The step, in words.</param>
/// <param name="Count">Occurrences or contents, as the name says.</param>
/// <param name="Bytes">Their source bytes; null where a step counts none.</param>
public sealed record FunnelFigure(string Name, long Count, long? Bytes);

/// <summary>What left by a rule.</summary>
/// <param name="Stage">The stage it belongs to: clean or dedup.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Thresholds">What values were held against, as <c>dropped/</c> has it; empty for a rule without a threshold.</param>
/// <param name="Occurrences">Occurrences that left by it.</param>
/// <param name="Contents">Contents among them that left as a whole.</param>
public sealed record RuleFigure(string Stage, string Rule, IReadOnlyList<string> Thresholds, long Occurrences, long Contents);

/// <summary>Files of the dataset by a name: a licence, a class of licences, an upper bound of sizes.</summary>
public sealed record NamedFigure(string Name, long Files);

/// <summary>What a repository gave to the dataset.</summary>
public sealed record RepositoryFigure(string Name, long Files, long Bytes);

/// <summary>The dataset's size.</summary>
/// <param name="Files">Distinct files.</param>
/// <param name="Occurrences">Places where these were found.</param>
/// <param name="Bytes">Their source bytes.</param>
/// <param name="Repositories">Repositories they are attributed to.</param>
/// <param name="Shards">Parquet files.</param>
/// <param name="ShardBytes">Their length.</param>
public sealed record DatasetSize(long Files, long Occurrences, long Bytes, long Repositories, long Shards, long ShardBytes);

/// <summary>What duplicates there were.</summary>
/// <param name="Exact">Contents that left as exact duplicates.</param>
/// <param name="Near">Contents that left as near duplicates.</param>
/// <param name="Clusters">Groups of near duplicates with two files or more.</param>
/// <param name="ClusteredFiles">Files in them, kept ones included.</param>
/// <param name="LargestCluster">Files in the largest.</param>
public sealed record DuplicateFigures(long Exact, long Near, long Clusters, long ClusteredFiles, long LargestCluster);

/// <summary>The earlier build's dataset that this one was held against.</summary>
/// <param name="Files">Its files, which are not files of this dataset.</param>
/// <param name="Twins">Contents of this build that left because a file of that dataset is a duplicate of them.</param>
public sealed record BaseFigures(long Files, long Twins);

/// <summary>
/// All figures about a dataset that are shown anywhere, from committed manifest entries and the shards these name. Memory: one entry a repository.
/// </summary>
public sealed record DatasetFigures
{
    private const string Clean = "clean";
    private const string DroppedKind = "dropped v1";
    private const int MostThresholds = 4;

    /// <summary>Repositories whose snapshots the run reads.</summary>
    public required long RepositoriesRead { get; init; }

    /// <summary>The dataset's size.</summary>
    public required DatasetSize Dataset { get; init; }

    /// <summary>From occurrences read to the dataset.</summary>
    public required IReadOnlyList<FunnelFigure> Funnel { get; init; }

    /// <summary>What left, by stage and rule; most first.</summary>
    public required IReadOnlyList<RuleFigure> Rules { get; init; }

    /// <summary>Files by SPDX expression; most first.</summary>
    public required IReadOnlyList<NamedFigure> Licenses { get; init; }

    /// <summary>Files by class of licence; most first.</summary>
    public required IReadOnlyList<NamedFigure> LicenseClasses { get; init; }

    /// <summary>Files by size: a bound in bytes, padded with zeros, below which they are; <c>larger</c> for the rest.</summary>
    public required IReadOnlyList<NamedFigure> Sizes { get; init; }

    /// <summary>Duplicates.</summary>
    public required DuplicateFigures Duplicates { get; init; }

    /// <summary>The base; null without one.</summary>
    public BaseFigures? Base { get; init; }

    /// <summary>Repositories that gave the most bytes; at most 20.</summary>
    public required IReadOnlyList<RepositoryFigure> TopRepositories { get; init; }

    /// <summary>What the stage's own audit found; null where it was turned off.</summary>
    public AuditReport? Audit { get; init; }

    /// <summary>Gathers the figures of a run's dataset.</summary>
    /// <exception cref="Corpus.DataForgeException">A shard is damaged.</exception>
    public static DatasetFigures Of(Run run)
    {
        SortedDictionary<string, long> clean = run.Manifest.Totals(Clean);
        SortedDictionary<string, long> dedup = run.Manifest.Totals(DedupStage.StageName);
        List<RepositoryFigure> repositories = Repositories(run);
        ManifestOutput[] shards = [.. ShardsOf(run)];
        return new DatasetFigures
        {
            RepositoriesRead = run.Manifest.Totals("crawl").GetValueOrDefault("repositories"),
            Dataset = new DatasetSize(
                dedup.GetValueOrDefault("contents.out"), dedup.GetValueOrDefault("occurrences.out"), dedup.GetValueOrDefault("bytes.out"),
                repositories.Count, shards.Length, shards.Sum(shard => shard.Bytes)),
            Funnel =
            [
                new("occurrences read", clean.GetValueOrDefault("occurrences.in"), clean.GetValueOrDefault("occurrence_bytes.in")),
                new("occurrences that pass the rules on names and repositories", clean.GetValueOrDefault("occurrences.passed"), null),
                new("distinct contents whose licence passes", clean.GetValueOrDefault("contents.in"), clean.GetValueOrDefault("bytes.in")),
                new("contents that pass the rules on text", clean.GetValueOrDefault("contents.out"), clean.GetValueOrDefault("bytes.out")),
                new("files of the dataset: no duplicate of a better one", dedup.GetValueOrDefault("contents.out"), dedup.GetValueOrDefault("bytes.out")),
            ],
            Rules = [.. RulesOf(run, Clean, clean).Concat(UnbrokenRules(run, clean)).Concat(RulesOf(run, DedupStage.StageName, dedup))
                .OrderByDescending(rule => rule.Occurrences).ThenBy(rule => rule.Rule, StringComparer.Ordinal)],
            Licenses = Named(dedup, "license."),
            LicenseClasses = Named(dedup, "license_class."),
            Sizes = [.. Named(dedup, "size.").OrderBy(size => size.Name, StringComparer.Ordinal)],
            Duplicates = new DuplicateFigures(
                dedup.GetValueOrDefault("dropped_contents.exact_duplicate"), dedup.GetValueOrDefault("dropped_contents.near_duplicate"),
                dedup.GetValueOrDefault("clusters.count"), dedup.GetValueOrDefault("clusters.files"), dedup.GetValueOrDefault("clusters.largest")),
            Base = dedup.TryGetValue(RankStep.BaseKeptCount, out long ofBase)
                ? new BaseFigures(ofBase, dedup.GetValueOrDefault(SelectionStep.TwinsInBaseCount))
                : null,
            TopRepositories = [.. repositories.OrderByDescending(repository => repository.Bytes).ThenBy(repository => repository.Name, StringComparer.Ordinal).Take(20)],
            Audit = run.Manifest.Find(DedupStage.StageName, WorkFiles.AuditPart) is null ? null : CanonicalJson.Read<AuditReport>(run.PathOf(WorkFiles.Audit)),
        };
    }

    /// <summary>The dataset's shards as the manifest names them, in order.</summary>
    internal static IEnumerable<ManifestOutput> ShardsOf(Run run) => run.Manifest.Entries(DedupStage.StageName).SelectMany(entry => entry.Outputs)
        .Where(output => output.Path.StartsWith(WorkFiles.DataFolder + "/", StringComparison.Ordinal)).OrderBy(output => output.Path, StringComparer.Ordinal);

    private static NamedFigure[] Named(SortedDictionary<string, long> counts, string prefix) =>
    [
        .. counts.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && pair.Value > 0)
            .Select(pair => new NamedFigure(pair.Key[prefix.Length..], pair.Value))
            .OrderByDescending(figure => figure.Files).ThenBy(figure => figure.Name, StringComparer.Ordinal),
    ];

    private static IEnumerable<RuleFigure> RulesOf(Run run, string stage, SortedDictionary<string, long> counts)
    {
        Dictionary<string, SortedSet<string>> thresholds = Thresholds(run, stage);
        return Named(counts, "dropped.").Select(rule => new RuleFigure(
            stage, rule.Name, thresholds.TryGetValue(rule.Name, out SortedSet<string>? known) ? [.. known.Take(MostThresholds)] : [],
            rule.Files, counts.GetValueOrDefault("dropped_contents." + rule.Name)));
    }

    // A rule that nothing failed has shaped the dataset no less than another: who wants this dataset again needs to know it.
    private static IEnumerable<RuleFigure> UnbrokenRules(Run run, SortedDictionary<string, long> counts) => AppliedRules.Of(run)
        .Where(rule => counts.GetValueOrDefault("dropped." + rule.Rule) == 0)
        .Select(rule => new RuleFigure(Clean, rule.Rule, rule.Threshold.Length > 0 ? [rule.Threshold] : [], 0, 0));

    private static Dictionary<string, SortedSet<string>> Thresholds(Run run, string stage)
    {
        var thresholds = new Dictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        IEnumerable<ManifestOutput> shards = run.Manifest.Entries(stage).SelectMany(entry => entry.Outputs)
            .Where(output => output.Path.StartsWith("dropped/", StringComparison.Ordinal));
        foreach (string path in shards.Select(shard => run.PathOf(shard.Path)))
        {
            ReadRowGroups(path, DroppedKind, rows =>
            {
                BinaryColumn rules = rows.Binary("rule");
                BinaryColumn held = rows.Binary("threshold");
                for (int row = 0; row < rows.RowCount; row++)
                {
                    if (!held[row].IsEmpty)
                    {
                        string rule = rules.GetString(row);
                        if (!thresholds.TryGetValue(rule, out SortedSet<string>? known))
                        {
                            thresholds[rule] = known = new SortedSet<string>(StringComparer.Ordinal);
                        }

                        known.Add(held.GetString(row));
                    }
                }
            }, "rule", "threshold");
        }

        return thresholds;
    }

    private static List<RepositoryFigure> Repositories(Run run)
    {
        var repositories = new SortedDictionary<string, (long Files, long Bytes)>(StringComparer.Ordinal);
        foreach (ManifestOutput shard in ShardsOf(run))
        {
            using var reader = new CorpusShard.Reader(run.PathOf(shard.Path));
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadRowGroup(group, "repo_name", "length_bytes");
                BinaryColumn names = rows.Columns.Binary("repo_name");
                Int64Column sizes = rows.Columns.Int64("length_bytes");
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

    private static void ReadRowGroups(string path, string kind, Action<ParquetRowGroup> read, params string[] columns)
    {
        using ParquetReader reader = ShardFile.Open(path, kind);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = ShardFile.Read(reader, path, group, columns);
            read(rows);
        }
    }
}
