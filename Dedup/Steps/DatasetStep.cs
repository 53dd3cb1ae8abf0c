using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// The last step, a part for each shard of the dataset: goes through a range of <c>2-clean</c>, writes what stays into the shard and a row for each file that
/// does not into <c>dropped/3-dataset</c>. Only its counts balance: they alone carry the names that totals are made of.
/// </summary>
internal sealed class DatasetStep(Run run, Sources sources, ShardPlan plan, DedupOptions options)
{
    private static readonly int[] SizeBounds = [1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20];

    /// <summary>Writes one shard.</summary>
    public void Compute(int shard, PartOutput output, CancellationToken cancellation)
    {
        string shardFile = WorkFiles.Shard(shard, plan.Count);
        string droppedFile = WorkFiles.Dropped(shard);
        using SignatureParts signatures = sources.OpenSignatures();
        using var selection = new WordFileReader(run.PathOf(WorkFiles.Selection));
        using var kept = new CorpusShard.Writer(output.Create(shardFile));
        using var dropped = new DroppedShard.Writer(output.Create(droppedFile));
        for (int part = sources.BaseParts; part < signatures.Count; part++)
        {
            int from = Math.Max(plan.Start(shard), signatures.Start(part));
            int to = Math.Min(plan.Ends[shard], signatures.Start(part) + (int)signatures[part].Rows);
            if (from < to)
            {
                using var clean = new CorpusShard.Reader(run.PathOf(sources.Clean[part - sources.BaseParts].File));
                Fate[] fates = SelectionFile.Read(selection, from, to - from);
                Copy(clean, from - signatures.Start(part), fates, signatures, kept, dropped, output, cancellation);
            }
        }

        kept.Close();
        dropped.Close();
        output.SetRows(shardFile, kept.Rows);
        output.SetRows(droppedFile, dropped.Rows);
    }

    private void Copy(
        CorpusShard.Reader clean, int firstRow, Fate[] fates, SignatureParts signatures, CorpusShard.Writer kept, DroppedShard.Writer dropped,
        PartOutput output, CancellationToken cancellation)
    {
        int groupStart = 0;
        for (int group = 0; group < clean.RowGroupCount && groupStart < firstRow + fates.Length; group++)
        {
            if (groupStart < firstRow)
            {
                // Where a shard begins inside a part, only the lengths of the row groups before it are read.
                using CorpusShard.Rows passed = clean.ReadRowGroup(group, "length_bytes");
                if (groupStart + passed.Count <= firstRow)
                {
                    groupStart += passed.Count;
                    continue;
                }
            }

            using CorpusShard.Rows rows = clean.ReadRowGroup(group);
            int last = Math.Min(rows.Count, firstRow + fates.Length - groupStart);
            for (int row = Math.Max(0, firstRow - groupStart); row < last; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                CorpusFile file = rows.File(row);
                Fate fate = fates[groupStart + row - firstRow];
                Count(output.Add, "in", file);
                if (fate.Rule == DropRule.None)
                {
                    kept.Append(file, rows.Text(row));
                    CountOut(output.Add, file);
                }
                else
                {
                    DroppedFile gone = Row(file, fate, signatures.BlobId(fate.TwinOrdinal));
                    dropped.Append(gone);
                    output.Add("dropped." + gone.Rule, file.Copies);
                    output.Add("dropped_contents." + gone.Rule);
                }
            }

            groupStart += rows.Count;
        }
    }

    private DroppedFile Row(CorpusFile file, Fate fate, BlobId twin) => new()
    {
        Level = DropLevel.Content,
        Rule = fate.Rule == DropRule.ExactDuplicate ? "exact_duplicate" : "near_duplicate",
        Value = fate.Similarity.ToString("R", CultureInfo.InvariantCulture),
        Threshold = (fate.Rule == DropRule.ExactDuplicate ? 1 : options.Threshold).ToString("R", CultureInfo.InvariantCulture),
        BlobId = file.BlobId,
        RepositoryId = file.Repository.Id,
        Repository = file.Repository.Name,
        Commit = file.Repository.Commit,
        Path = file.Path,
        Size = file.Size,
        Copies = file.Copies,
        Twin = twin,
        Jaccard = fate.Similarity,
    };

    /// <summary>What a kept file adds to its part's counts, as one read and as one that stays.</summary>
    public static void CountKept(Action<string, long> add, CorpusFile file)
    {
        Count(add, "in", file);
        CountOut(add, file);
    }

    private static void Count(Action<string, long> add, string side, CorpusFile file)
    {
        add("contents." + side, 1);
        add("occurrences." + side, file.Copies);
        add("bytes." + side, file.Size);
    }

    private static void CountOut(Action<string, long> add, CorpusFile file)
    {
        Count(add, "out", file);
        add("license." + (file.License.Length > 0 ? file.License : "none"), 1);
        add("license_class." + file.LicenseClass.Name(), 1);
        // Upper bounds in bytes, padded so that their order as text is their order as numbers.
        int bound = Array.Find(SizeBounds, bound => file.Size < bound);
        add(bound > 0 ? string.Create(CultureInfo.InvariantCulture, $"size.{bound:D7}") : "size.larger", 1);
    }
}
