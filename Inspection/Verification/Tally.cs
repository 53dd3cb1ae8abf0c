using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Removal;

namespace DataForge.Inspection.Verification;

/// <summary>A duplicate that left: who it is, who stands for it, and how similar the two are.</summary>
internal readonly record struct Duplicate(BlobId Id, BlobId Twin, double Similarity, double Threshold);

/// <summary>What the shards of one manifest entry hold, counted anew. Memory: 20 bytes a content, 56 a duplicate.</summary>
internal sealed class Tally(ManifestEntry entry)
{
    private static readonly string[] Counted = ["dropped.", "dropped_contents.", "license.", "license_class."];
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The entry.</summary>
    public ManifestEntry Entry => entry;

    /// <summary>Contents that stay.</summary>
    public List<BlobId> Kept { get; } = [];

    /// <summary>Contents that left as a whole.</summary>
    public List<BlobId> Dropped { get; } = [];

    /// <summary>Duplicates among these.</summary>
    public List<Duplicate> Duplicates { get; } = [];

    /// <summary>Duplicates whose kept twins were removed by an opt-out.</summary>
    public long Orphans { get; private set; }

    /// <summary>Takes a row group of <c>2-clean</c> or <c>3-dataset</c>, and recomputes its git ids.</summary>
    public void AddFiles(ParquetRowGroup rows, StatedFile file)
    {
        BinaryColumn ids = rows.Binary("blob_id");
        BinaryColumn contentIds = rows.Binary("content_id");
        BinaryColumn texts = rows.Binary("content");
        BinaryColumn licenses = rows.Binary("license");
        BinaryColumn classes = rows.Binary("license_type");
        Int32Column copies = rows.Int32("copies");
        Int64Column sizes = rows.Int64("length_bytes");
        for (int row = 0; row < rows.RowCount; row++)
        {
            BlobId id = BlobId.Parse(ids[row]);
            if (BlobId.Of(texts[row]) != BlobId.Parse(contentIds[row]))
            {
                throw file.Fault($"the text of {id} has another git id than its content_id {contentIds.GetString(row)}");
            }

            Kept.Add(id);
            Add("contents.out", 1);
            Add("occurrences.out", copies[row]);
            Add("bytes.out", sizes[row]);
            string license = licenses.GetString(row);
            Add("license." + (license.Length > 0 || entry.Stage == "clean" ? license : "none"), 1);
            Add("license_class." + classes.GetString(row), 1);
        }
    }

    /// <summary>Takes a row group of <c>dropped</c>.</summary>
    public void AddDropped(ParquetRowGroup rows, StatedFile file)
    {
        BinaryColumn levels = rows.Binary("level");
        BinaryColumn rules = rows.Binary("rule");
        BinaryColumn values = rows.Binary("value");
        BinaryColumn thresholds = rows.Binary("threshold");
        BinaryColumn ids = rows.Binary("blob_id");
        BinaryColumn twins = rows.Binary("twin_blob_id");
        DoubleColumn similarities = rows.Double("jaccard");
        Int32Column copies = rows.Int32("copies");
        Int64Column sizes = rows.Int64("length_bytes");
        for (int row = 0; row < rows.RowCount; row++)
        {
            string rule = rules.GetString(row);
            Add("dropped." + rule, copies[row]);
            if (!levels[row].SequenceEqual("content"u8))
            {
                if (!levels[row].SequenceEqual("occurrence"u8) || copies[row] != 1)
                {
                    throw file.Fault($"a row of rule {rule} is neither of one occurrence nor of a content");
                }

                continue;
            }

            BlobId id = BlobId.Parse(ids[row]);
            Dropped.Add(id);
            Add("dropped_contents." + rule, 1);
            Add("bytes.dropped", sizes[row]);
            if (twins.IsNull(row))
            {
                Orphans += rule is "exact_duplicate" or "near_duplicate" && values.GetString(row) == DatasetRemoval.TwinRemoved ? 1 : 0;
            }
            else
            {
                double threshold = double.Parse(thresholds.GetString(row), System.Globalization.CultureInfo.InvariantCulture);
                Duplicates.Add(new Duplicate(id, BlobId.Parse(twins[row]), similarities.IsNull(row) ? double.NaN : similarities[row], threshold));
            }
        }
    }

    /// <summary>Holds the entry's counts against what was counted.</summary>
    /// <exception cref="DataForgeException">They differ, or do not balance.</exception>
    public void Check(string entryFile)
    {
        IEnumerable<string> names = entry.Counts.Keys.Where(name => Counted.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .Concat(_counts.Keys.Where(name => name != "bytes.dropped")).Distinct().Order(StringComparer.Ordinal);
        foreach (string name in names)
        {
            Books.Same(entryFile, $"{name} is {entry.Count(name)}, its shards hold {_counts.GetValueOrDefault(name)}", entry.Count(name), _counts.GetValueOrDefault(name));
        }

        long left = Sum("dropped.");
        long stayed = entry.Count("occurrences.out");
        bool isPassedOn = entry.Part.StartsWith("occurrences-", StringComparison.Ordinal);
        string read = entry.Stage == "clean" && !isPassedOn ? "occurrences.judged" : "occurrences.in";
        stayed += isPassedOn ? entry.Count("occurrences.passed") : 0;
        Books.Same(entryFile, $"{read} is {entry.Count(read)}, but {stayed} stay and {left} left", entry.Count(read), stayed + left);
        if (!isPassedOn)
        {
            long contents = Kept.Count + Dropped.Count;
            Books.Same(entryFile, $"contents.in is {entry.Count("contents.in")}, but {Kept.Count} stay and {Dropped.Count} left", entry.Count("contents.in"), contents);
            long bytes = _counts.GetValueOrDefault("bytes.out") + _counts.GetValueOrDefault("bytes.dropped");
            Books.Same(entryFile, $"bytes.in is {entry.Count("bytes.in")}, its shards account for {bytes}", entry.Count("bytes.in"), bytes);
        }

        if (entry.Stage == "dedup")
        {
            long sized = entry.Counts.Where(count => count.Key.StartsWith("size.", StringComparison.Ordinal)).Sum(count => count.Value);
            Books.Same(entryFile, $"its sizes count {sized} files, its shard holds {Kept.Count}", sized, Kept.Count);
        }
    }

    /// <summary>Holds the counts of text that was given as it is against its shards.</summary>
    /// <exception cref="DataForgeException">They differ.</exception>
    public void CheckText(string entryFile)
    {
        Books.Same(entryFile, $"documents.unfiltered is {entry.Count("documents.unfiltered")}, its shards hold {Kept.Count}", entry.Count("documents.unfiltered"), Kept.Count);
        long bytes = _counts.GetValueOrDefault("bytes.out");
        Books.Same(entryFile, $"bytes.unfiltered is {entry.Count("bytes.unfiltered")}, its shards hold {bytes}", entry.Count("bytes.unfiltered"), bytes);
    }

    private long Sum(string prefix) => _counts.Where(count => count.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(count => count.Value);

    private void Add(string name, long by) => _counts[name] = _counts.GetValueOrDefault(name) + by;
}
