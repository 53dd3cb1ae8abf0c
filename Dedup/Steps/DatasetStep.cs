using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// The last step, one part per shard of the dataset: reads a range of <c>2-clean</c>, writes the kept files into the shard and a row for
/// each dropped file into <c>dropped/3-dataset</c>. Totals over the stage are sums of this step's counts; the other steps use names of
/// their own.
/// </summary>
internal sealed class DatasetStep(Run run, DedupInput input, ShardPlan plan, DedupOptions options)
{
    // Upper bounds in bytes of the classes that files are counted in by size.
    private static readonly int[] SizeBounds = [1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20];

    /// <summary>Writes one shard.</summary>
    public void Compute(int shard, PartOutput output, CancellationToken cancellation)
    {
        string shardFile = DedupPaths.Shard(shard, plan.Count);
        string droppedFile = DedupPaths.Dropped(shard);
        using SignatureParts signatures = input.OpenSignatures();
        using var selection = new WordFileReader(run.PathOf(DedupPaths.Selection));
        using var kept = new CorpusShard.Writer(output.Create(shardFile));
        using var dropped = new DroppedShard.Writer(output.Create(droppedFile));
        for (int part = input.BaseParts; part < signatures.Count; part++)
        {
            int from = Math.Max(plan.Start(shard), signatures.Start(part));
            int to = Math.Min(plan.Ends[shard], signatures.Start(part) + (int)signatures[part].Rows);
            if (from < to)
            {
                using var clean = new CorpusShard.Reader(run.PathOf(input.Clean[part - input.BaseParts].File));
                Decision[] decisions = SelectionFile.Read(selection, from, to - from);
                Copy(clean, from - signatures.Start(part), decisions, signatures, kept, dropped, output, cancellation);
            }
        }

        kept.Close();
        dropped.Close();
        output.SetRows(shardFile, kept.Rows);
        output.SetRows(droppedFile, dropped.Rows);
    }

    private void Copy(
        CorpusShard.Reader clean, int firstRow, Decision[] decisions, SignatureParts signatures, CorpusShard.Writer kept,
        DroppedShard.Writer dropped, PartOutput output, CancellationToken cancellation)
    {
        Action<CountName, long> add = output.Add;
        int groupStart = 0;
        for (int group = 0; group < clean.RowGroupCount && groupStart < firstRow + decisions.Length; group++)
        {
            if (groupStart < firstRow)
            {
                // Where a shard begins within a part, only one small column of the row groups before it is read.
                using CorpusShard.Rows skipped = clean.ReadRowGroup(group, Column.LengthBytes);
                if (groupStart + skipped.Count <= firstRow)
                {
                    groupStart += skipped.Count;
                    continue;
                }
            }

            using CorpusShard.Rows rows = clean.ReadRowGroup(group);
            int last = Math.Min(rows.Count, firstRow + decisions.Length - groupStart);
            for (int row = Math.Max(0, firstRow - groupStart); row < last; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                CorpusFile file = rows.File(row);
                Decision decision = decisions[groupStart + row - firstRow];
                CountIn(add, file);
                if (decision.Rule == DropRule.None)
                {
                    kept.Append(file, rows.Text(row));
                    CountOut(add, file);
                }
                else
                {
                    DroppedFile droppedFile = Row(file, decision, signatures.BlobId(decision.TwinOrdinal));
                    dropped.Append(droppedFile);
                    CountDrop(add, droppedFile);
                }
            }

            groupStart += rows.Count;
        }
    }

    private DroppedFile Row(CorpusFile file, Decision decision, BlobId twin) => new()
    {
        Level = DropLevel.Content,
        Rule = decision.Rule == DropRule.ExactDuplicate ? RuleNames.ExactDuplicate : RuleNames.NearDuplicate,
        Value = decision.Similarity.ToString("R", CultureInfo.InvariantCulture),
        Threshold = (decision.Rule == DropRule.ExactDuplicate ? 1 : options.Threshold).ToString("R", CultureInfo.InvariantCulture),
        BlobId = file.BlobId,
        RepositoryId = file.Repository.Id,
        Repository = file.Repository.Name,
        Commit = file.Repository.Commit,
        Path = file.Path,
        Size = file.Size,
        Copies = file.Copies,
        Twin = twin,
        Jaccard = decision.Similarity,
    };

    /// <summary>What a kept file adds to its part's counts, as a file that is read and as one that is passed on.</summary>
    public static void CountKept(Action<CountName, long> add, CorpusFile file)
    {
        CountIn(add, file);
        CountOut(add, file);
    }

    /// <summary>What a dropped file adds to its part's counts, as a file that is read and as one that is dropped.</summary>
    public static void CountDropped(Action<CountName, long> add, DroppedFile file)
    {
        add(CountName.ContentsIn, 1);
        add(CountName.OccurrencesIn, file.Copies);
        add(CountName.BytesIn, file.Size);
        CountDrop(add, file);
    }

    private static void CountDrop(Action<CountName, long> add, DroppedFile file)
    {
        add(CountName.Dropped.Of(file.Rule), file.Copies);
        add(CountName.DroppedContents.Of(file.Rule), 1);
    }

    private static void CountIn(Action<CountName, long> add, CorpusFile file)
    {
        add(CountName.ContentsIn, 1);
        add(CountName.OccurrencesIn, file.Copies);
        add(CountName.BytesIn, file.Size);
    }

    private static void CountOut(Action<CountName, long> add, CorpusFile file)
    {
        add(CountName.ContentsOut, 1);
        add(CountName.OccurrencesOut, file.Copies);
        add(CountName.BytesOut, file.Size);
        add(CountName.LicenseOf(file.License), 1);
        add(CountName.LicenseClassOf(file.LicenseClass), 1);
        add(CountName.SizeOf(Array.Find(SizeBounds, bound => file.Size < bound)), 1);
    }
}
