using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Steps;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Removal;

/// <summary>What a removal did to a run's dataset.</summary>
/// <param name="Removed">Contents that left the dataset.</param>
/// <param name="Reattributed">Files of the dataset that name another occurrence, or fewer.</param>
/// <param name="Orphans">Duplicates whose kept twin is gone.</param>
/// <param name="Rewritten">Files written anew or removed.</param>
/// <param name="Untouched">Files that stay as they are.</param>
public sealed record DatasetRemovalResult(IReadOnlySet<BlobId> Removed, long Reattributed, long Orphans, int Rewritten, int Untouched);

/// <summary>
/// Removes repositories from a run's <c>3-dataset</c> and <c>dropped/3-dataset</c>: files that left <c>2-clean</c> leave, others take its attribution. Who is
/// kept and who is a duplicate is not decided anew: that is the next build's, so the intermediate files of changed parts go. Memory: the rows of
/// changed files, and 20 bytes a removed one.
/// </summary>
/// <param name="run">The run; <c>2-clean</c> is rewritten already.</param>
/// <param name="repositories">The repositories' names.</param>
/// <param name="contents">Of each changed content of <c>2-clean</c> its row as it is now, or null where it left.</param>
/// <param name="baseRemoved">Contents that left the datasets this run was held against (<see cref="DedupOptions.Base"/>).</param>
public sealed class DatasetRemoval(
    RunRewrite run, IReadOnlySet<string> repositories, IReadOnlyDictionary<BlobId, CorpusFile?> contents, IReadOnlySet<BlobId> baseRemoved)
{
    /// <summary>Stands in <c>dropped/</c> as the value of a duplicate whose kept twin was removed; the next build looks at it again.</summary>
    public const string TwinRemoved = "twin removed by opt-out";

    private readonly HashSet<BlobId> _removed = [];

    // A shard of version 1 names other occurrences in one text, which only the names of all repositories can divide.
    private readonly Lazy<IReadOnlySet<string>> _names = new(run.Run.RepositoryNames);
    private long _reattributed;
    private long _orphans;
    private int _rewritten;

    /// <summary>Writes the new files aside.</summary>
    public DatasetRemovalResult Rewrite(CancellationToken cancellation)
    {
        IReadOnlyList<ManifestEntry> entries = run.Run.Manifest.Entries(DedupStage.StageName);
        int files = entries.Sum(entry => entry.Outputs.Count);
        List<ManifestEntry> shards = [.. entries.Where(entry => entry.Part.StartsWith("dataset-", StringComparison.Ordinal))];
        HashSet<string> changed = [.. shards.Where(entry => FindRemoved(entry, cancellation)).Select(entry => entry.Part)];
        foreach (ManifestEntry entry in shards)
        {
            Rewrite(entry, changed.Contains(entry.Part), cancellation);
        }

        RemoveWork(entries);
        return new DatasetRemovalResult(_removed, _reattributed, _orphans, _rewritten, files - _rewritten);
    }

    /// <summary>Writes the card of a run anew where it has one, from what its entries say now. The same when done again.</summary>
    public static async Task WriteCardAsync(StageContext context, DedupOptions options, CancellationToken cancellation)
    {
        if (context.Run.Manifest.Find(DedupStage.StageName, WorkFiles.CardPart) is { } entry)
        {
            await context.RunPartAsync(DedupStage.StageName, entry.OptionsHash, CardStep.Plan(context.Run, options), cancellation).ConfigureAwait(false);
        }
    }

    // Whether anything in the shard changes; what leaves it must be known of all shards before duplicates are looked at.
    private bool FindRemoved(ManifestEntry entry, CancellationToken cancellation)
    {
        bool changes = false;
        foreach (ManifestOutput shard in entry.Outputs.Where(IsShard))
        {
            using var reader = new CorpusShard.Reader(run.Run.PathOf(shard.Path), () => _names.Value);
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                cancellation.ThrowIfCancellationRequested();
                using CorpusShard.Rows rows = reader.ReadOccurrences(group);
                BinaryColumn names = rows.Get(Column.RepositoryName);
                for (int row = 0; row < rows.Count; row++)
                {
                    BlobId id = rows.Id(row);
                    bool isKnown = contents.TryGetValue(id, out CorpusFile? now);
                    if (isKnown ? now is null : repositories.Contains(names.GetString(row)))
                    {
                        _removed.Add(id);
                        changes = true;
                    }

                    changes |= isKnown || rows.OtherOccurrences(row).Any(other => repositories.Contains(other.Repository));
                }
            }
        }

        return changes;
    }

    private void Rewrite(ManifestEntry entry, bool changes, CancellationToken cancellation)
    {
        var counts = new SortedDictionary<string, long>(entry.Counts.ToDictionary(), StringComparer.Ordinal);
        var outputs = new List<ManifestOutput>();
        foreach (ManifestOutput output in entry.Outputs)
        {
            cancellation.ThrowIfCancellationRequested();
            outputs.Add(!IsShard(output) ? RewriteDropped(output, counts) : changes ? RewriteShard(output, counts) : output);
        }

        if (!outputs.SequenceEqual(entry.Outputs))
        {
            _rewritten += outputs.Except(entry.Outputs).Count();
            run.Commit(entry, outputs, counts.Where(count => count.Value != 0).ToDictionary());
        }
    }

    private ManifestOutput RewriteShard(ManifestOutput shard, SortedDictionary<string, long> counts)
    {
        using var reader = new CorpusShard.Reader(run.Run.PathOf(shard.Path), () => _names.Value);
        long written;
        using (var kept = new CorpusShard.Writer(run.Create(shard.Path), reader.Version))
        {
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    CorpusFile file = rows.File(row);
                    CorpusFile? now = Now(file);
                    if (!ReferenceEquals(now, file))
                    {
                        DatasetStep.CountKept((name, by) => Add(counts, name, -by), file);
                        _reattributed += now is null ? 0 : 1;
                        if (now is not null)
                        {
                            DatasetStep.CountKept((name, by) => Add(counts, name, by), now);
                        }
                    }

                    if (now is not null)
                    {
                        kept.Append(now, rows.Text(row));
                    }
                }
            }

            kept.Close();
            written = kept.Rows;
        }

        return run.Output(shard.Path, written);
    }

    private ManifestOutput RewriteDropped(ManifestOutput output, SortedDictionary<string, long> counts)
    {
        bool changes = false;
        using (var dropped = new DroppedShard.Writer(run.Create(output.Path)))
        {
            foreach (DroppedFile row in DroppedShard.Read(run.Run.PathOf(output.Path)))
            {
                DroppedFile? now = Now(row);
                if (now is not null)
                {
                    dropped.Append(now);
                }

                if (now != row)
                {
                    changes = true;
                    Count(counts, row, -1);
                    if (now is not null)
                    {
                        Count(counts, now, 1);
                    }
                }
            }

            dropped.Close();
            if (changes)
            {
                output = output with { Rows = dropped.Rows };
            }
        }

        if (changes)
        {
            return run.Output(output.Path, output.Rows);
        }

        run.Discard(output.Path);
        return output;
    }

    private CorpusFile? Now(CorpusFile file)
    {
        if (contents.TryGetValue(file.BlobId, out CorpusFile? now))
        {
            return now is null ? null : file with { Attribution = now.Attribution };
        }

        if (repositories.Contains(file.Repository.Name))
        {
            return null;
        }

        // The dataset is of an older 2-clean: what its row names is all there is to go by.
        List<OccurrenceLocation> others = [.. file.OtherOccurrences.Where(other => !repositories.Contains(other.Repository))];
        int fewer = file.OtherOccurrences.Count - others.Count;
        return fewer == 0
            ? file
            : file with { Attribution = file.Attribution with { OtherOccurrences = others, Copies = file.Copies - fewer } };
    }

    private DroppedFile? Now(DroppedFile row)
    {
        if (row.BlobId is { } id && contents.TryGetValue(id, out CorpusFile? now))
        {
            if (now is null)
            {
                return null;
            }

            row = row.AttributedTo(now.Attribution);
        }
        else if (repositories.Contains(row.Repository))
        {
            return null;
        }

        if (row.Twin is { } twin && (_removed.Contains(twin) || baseRemoved.Contains(twin)))
        {
            _orphans++;
            row = row with { Value = TwinRemoved, Twin = null, Jaccard = null };
        }

        return row;
    }

    private void RemoveWork(IReadOnlyList<ManifestEntry> entries)
    {
        HashSet<string> parts = [.. run.Entries("clean").SelectMany(entry => entry.Outputs).Select(output => output.Path)
            .Where(path => path.StartsWith("2-clean/part-", StringComparison.Ordinal) && run.IsRewritten(path))
            .Select(path => WorkFiles.SignaturesPart(Path.GetFileNameWithoutExtension(path)["part-".Length..]))];
        if (parts.Count == 0 && baseRemoved.Count == 0)
        {
            return;
        }

        foreach (ManifestEntry entry in entries)
        {
            if (entry.Part == WorkFiles.SelectionPart)
            {
                HashSet<BlobId> gone = [.. contents.Where(pair => pair.Value is null).Select(pair => pair.Key), .. _removed, .. baseRemoved];
                _rewritten += new ClusterRemoval(run, gone).Rewrite(entry);
            }
            else if (parts.Contains(entry.Part) || entry.Part == WorkFiles.RanksPart || entry.Part.StartsWith("candidates-", StringComparison.Ordinal))
            {
                run.Remove(entry);
                _rewritten += entry.Outputs.Count;
            }
        }
    }

    private static void Count(SortedDictionary<string, long> counts, DroppedFile row, int sign)
    {
        Add(counts, "contents.in", sign);
        Add(counts, "occurrences.in", sign * (long)row.Copies);
        Add(counts, "bytes.in", sign * row.Size);
        Add(counts, "dropped." + row.Rule, sign * (long)row.Copies);
        Add(counts, "dropped_contents." + row.Rule, sign);
    }

    private static void Add(SortedDictionary<string, long> counts, string name, long by) => counts[name] = counts.GetValueOrDefault(name) + by;

    private static bool IsShard(ManifestOutput output) => output.Path.StartsWith(WorkFiles.DataFolder + "/", StringComparison.Ordinal);
}
