using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Steps;
using DataForge.Dedup.Store;
using DataForge.Parquet;

namespace DataForge.Dedup.Removal;

/// <summary>What a removal changed in a run's dataset.</summary>
/// <param name="Removed">Contents removed from the dataset.</param>
/// <param name="Reattributed">Files of the dataset whose attribution changed.</param>
/// <param name="Orphans">Duplicates whose kept twin was removed.</param>
/// <param name="Rewritten">Files that were rewritten or removed.</param>
/// <param name="Untouched">Files that did not change.</param>
public sealed record DatasetRemovalResult(IReadOnlySet<BlobId> Removed, long Reattributed, long Orphans, int Rewritten, int Untouched);

/// <summary>
/// Removes repositories from a run's <c>3-dataset</c> and <c>dropped/3-dataset</c>: contents that were removed from <c>2-clean</c> are
/// removed, the others take its attribution. Which files are kept is not decided again; the next build does that, so the intermediate files
/// of changed parts are removed. Memory: the rows of changed files, and 20 bytes per removed content.
/// </summary>
/// <param name="run">The run, whose <c>2-clean</c> is already rewritten.</param>
/// <param name="repositories">The names of the repositories.</param>
/// <param name="contents">For each changed content of <c>2-clean</c> its new row, or null if it was removed.</param>
/// <param name="baseRemoved">Contents that were removed from the datasets that this run extends (<see cref="DedupOptions.Base"/>).</param>
public sealed class DatasetRemoval(
    RunRewrite run, IReadOnlySet<string> repositories, IReadOnlyDictionary<BlobId, CorpusFile?> contents, IReadOnlySet<BlobId> baseRemoved)
{
    /// <summary>The value in <c>dropped/</c> of a duplicate whose kept twin was removed; the next build decides about it again.</summary>
    public const string TwinRemoved = "twin removed by opt-out";

    private readonly HashSet<BlobId> _removed = [];

    // In a shard of version 1, another occurrence is one text, which can be divided only by the names of all repositories.
    private readonly Lazy<IReadOnlySet<string>> _names = new(run.Run.RepositoryNames);
    private long _reattributed;
    private long _orphans;
    private int _rewritten;

    /// <summary>
    /// Writes the new versions of the changed files; they replace the old ones when the workspace's rewrite is committed.
    /// </summary>
    public DatasetRemovalResult Rewrite(CancellationToken cancellation)
    {
        IReadOnlyList<ManifestEntry> entries = run.Run.Manifest.Entries(StageNames.Dedup);
        int files = entries.Sum(entry => entry.Outputs.Count);
        List<ManifestEntry> shards = [.. entries.Where(entry => DedupPaths.IsDatasetPart(entry.Part))];

        // All removed contents must be known before the rows of duplicates are rewritten.
        HashSet<string> changed = [.. shards.Where(entry => FindRemoved(entry, cancellation)).Select(entry => entry.Part)];
        foreach (ManifestEntry entry in shards)
        {
            Rewrite(entry, changed.Contains(entry.Part), cancellation);
        }

        RemoveIntermediateFiles(entries);
        return new DatasetRemovalResult(_removed, _reattributed, _orphans, _rewritten, files - _rewritten);
    }

    /// <summary>Writes the card again where the run has one. Idempotent.</summary>
    public static async Task WriteCardAsync(StageContext context, DedupOptions options, CancellationToken cancellation)
    {
        if (context.Run.Manifest.Find(StageNames.Dedup, DedupPaths.CardPart) is { } entry)
        {
            PartPlan plan = CardStep.Plan(context.Run, options);
            await context.RunPartAsync(StageNames.Dedup, entry.OptionsHash, plan, cancellation).ConfigureAwait(false);
        }
    }

    // Collects the removed contents of a shard; returns whether anything in the shard changes.
    private bool FindRemoved(ManifestEntry entry, CancellationToken cancellation)
    {
        bool changes = false;
        foreach (ManifestOutput shard in entry.Outputs.Where(DedupPaths.IsShard))
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
                    bool isChanged = contents.TryGetValue(id, out CorpusFile? updated);
                    if (isChanged ? updated is null : repositories.Contains(names.GetString(row)))
                    {
                        _removed.Add(id);
                        changes = true;
                    }

                    changes |= isChanged || rows.OtherOccurrences(row).Any(other => repositories.Contains(other.Repository));
                }
            }
        }

        return changes;
    }

    private void Rewrite(ManifestEntry entry, bool changes, CancellationToken cancellation)
    {
        var counts = new CountTable(entry.Counts);
        var outputs = new List<ManifestOutput>();
        foreach (ManifestOutput output in entry.Outputs)
        {
            cancellation.ThrowIfCancellationRequested();
            outputs.Add(!DedupPaths.IsShard(output) ? RewriteDropped(output, counts) : changes ? RewriteShard(output, counts) : output);
        }

        if (!outputs.SequenceEqual(entry.Outputs))
        {
            _rewritten += outputs.Except(entry.Outputs).Count();
            foreach (Count count in counts.Items.Where(count => count.Value == 0).ToList())
            {
                counts.Remove(count.Name);
            }

            run.Commit(entry, outputs, counts);
        }
    }

    private ManifestOutput RewriteShard(ManifestOutput shard, CountTable counts)
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
                    CorpusFile? updated = Update(file);
                    if (!ReferenceEquals(updated, file))
                    {
                        DatasetStep.CountKept((name, by) => counts.Add(name, -by), file);
                        _reattributed += updated is null ? 0 : 1;
                        if (updated is not null)
                        {
                            DatasetStep.CountKept(counts.Add, updated);
                        }
                    }

                    if (updated is not null)
                    {
                        kept.Append(updated, rows.Text(row));
                    }
                }
            }

            kept.Close();
            written = kept.Rows;
        }

        return run.Output(shard.Path, written);
    }

    private ManifestOutput RewriteDropped(ManifestOutput output, CountTable counts)
    {
        bool changes = false;
        long written;
        using (var dropped = new DroppedShard.Writer(run.Create(output.Path)))
        {
            foreach (DroppedFile row in DroppedShard.Read(run.Run.PathOf(output.Path)))
            {
                DroppedFile? updated = Update(row);
                if (updated is not null)
                {
                    dropped.Append(updated);
                }

                if (updated != row)
                {
                    changes = true;
                    DatasetStep.CountDropped((name, by) => counts.Add(name, -by), row);
                    if (updated is not null)
                    {
                        DatasetStep.CountDropped(counts.Add, updated);
                    }
                }
            }

            dropped.Close();
            written = dropped.Rows;
        }

        if (changes)
        {
            return run.Output(output.Path, written);
        }

        run.Discard(output.Path);
        return output;
    }

    // The new row of a kept file: the same object where nothing changes, null if it is removed.
    private CorpusFile? Update(CorpusFile file)
    {
        if (contents.TryGetValue(file.BlobId, out CorpusFile? updated))
        {
            return updated is null ? null : file with { Attribution = updated.Attribution };
        }

        if (repositories.Contains(file.Repository.Name))
        {
            return null;
        }

        // The dataset is of an older 2-clean, so its own row is the only source.
        List<OccurrenceLocation> others = [.. file.OtherOccurrences.Where(other => !repositories.Contains(other.Repository))];
        int fewer = file.OtherOccurrences.Count - others.Count;
        return fewer == 0
            ? file
            : file with { Attribution = file.Attribution with { OtherOccurrences = others, Copies = file.Copies - fewer } };
    }

    // The new row of a dropped file; null if it is removed.
    private DroppedFile? Update(DroppedFile row)
    {
        if (row.BlobId is { } id && contents.TryGetValue(id, out CorpusFile? updated))
        {
            if (updated is null)
            {
                return null;
            }

            row = row.AttributedTo(updated.Attribution);
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

    private void RemoveIntermediateFiles(IReadOnlyList<ManifestEntry> entries)
    {
        HashSet<string> parts =
        [
            .. run.Entries(StageNames.Clean).SelectMany(entry => entry.Outputs).Select(output => output.Path)
                .Where(path => CleanPart.IsShard(path) && run.IsRewritten(path))
                .Select(path => DedupPaths.SignaturesPart(CleanPart.NumberOf(path))),
        ];
        if (parts.Count == 0 && baseRemoved.Count == 0)
        {
            return;
        }

        foreach (ManifestEntry entry in entries)
        {
            if (entry.Part == DedupPaths.SelectionPart)
            {
                IEnumerable<BlobId> removedFromClean = contents.Where(pair => pair.Value is null).Select(pair => pair.Key);
                HashSet<BlobId> removed = [.. removedFromClean, .. _removed, .. baseRemoved];
                _rewritten += new ClusterRemoval(run, removed).Rewrite(entry);
            }
            else if (parts.Contains(entry.Part) || entry.Part == DedupPaths.RanksPart || DedupPaths.IsCandidatesPart(entry.Part))
            {
                run.Remove(entry);
                _rewritten += entry.Outputs.Count;
            }
        }
    }
}
