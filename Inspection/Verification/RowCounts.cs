using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Removal;
using DataForge.Parquet;

namespace DataForge.Inspection.Verification;

/// <summary>A duplicate that was dropped.</summary>
/// <param name="Id">Its git id.</param>
/// <param name="Twin">The git id of its kept twin.</param>
/// <param name="Similarity">The Jaccard similarity of the two, 0 to 1; NaN where the row has none.</param>
/// <param name="Threshold">The similarity from which files are duplicates.</param>
internal readonly record struct Duplicate(BlobId Id, BlobId Twin, double Similarity, double Threshold);

/// <summary>
/// Counts the rows of one manifest entry's tables, to compare them with the counts that the entry states. Memory: 20 bytes per content, 56
/// per
/// duplicate.
/// </summary>
internal sealed class RowCounts(ManifestEntry entry)
{
    // Every count of these families is made from rows, so the entry may state none that the rows do not have.
    private static readonly CountFamily[] Families =
        [CountName.Dropped, CountName.DroppedContents, CountName.License, CountName.LicenseClass];

    private readonly CountTable _counts = new();
    private long _droppedBytes;

    /// <summary>The entry.</summary>
    public ManifestEntry Entry => entry;

    /// <summary>Contents that are kept.</summary>
    public List<BlobId> Kept { get; } = [];

    /// <summary>Contents that are dropped as a whole.</summary>
    public List<BlobId> Dropped { get; } = [];

    /// <summary>The duplicates among these, without those in <see cref="Orphans"/>.</summary>
    public List<Duplicate> Duplicates { get; } = [];

    /// <summary>Duplicates whose kept twins were removed by an opt-out.</summary>
    public long Orphans { get; private set; }

    /// <summary>Counts a row group of <c>2-clean</c> or <c>3-dataset</c>, and recomputes the git ids of its texts.</summary>
    /// <exception cref="DataForgeException">A text has another git id than its row states.</exception>
    public void AddFiles(Table table, ParquetRowGroup rows, ManifestFile file)
    {
        BinaryColumn ids = rows.Get(Column.BlobId);
        BinaryColumn contentIds = rows.Get(Column.ContentId);
        BinaryColumn texts = rows.Get(Column.Content);
        BinaryColumn licenses = rows.Get(Column.License);
        BinaryColumn classes = rows.Get(Column.LicenseType);
        Int32Column copies = rows.Get(Column.Copies);
        Int64Column sizes = rows.Get(Column.LengthBytes);

        // With version 1 of the table, the cleaner counted an empty name where no licence was found.
        bool isUnnamed = table == Table.CorpusV1 && entry.Stage == StageNames.Clean && entry.Counts.Contains(CountName.License.Of(""));
        CheckOtherOccurrences(table, rows, file);
        for (int row = 0; row < rows.RowCount; row++)
        {
            BlobId id = BlobId.Parse(ids[row]);
            if (BlobId.Of(texts[row]) != BlobId.Parse(contentIds[row]))
            {
                throw file.Fault($"the text of {id} has another git id than its content_id {contentIds.GetString(row)}");
            }

            Kept.Add(id);
            _counts.Add(CountName.ContentsOut, 1);
            _counts.Add(CountName.OccurrencesOut, copies[row]);
            _counts.Add(CountName.BytesOut, sizes[row]);
            string license = licenses.GetString(row);
            _counts.Add(isUnnamed ? CountName.License.Of(license) : CountName.LicenseOf(license), 1);
            _counts.Add(CountName.LicenseClass.Of(classes.GetString(row)), 1);
        }
    }

    /// <summary>Counts a row group of <c>dropped</c>.</summary>
    /// <exception cref="DataForgeException">A row is of no valid level.</exception>
    public void AddDropped(ParquetRowGroup rows, ManifestFile file)
    {
        BinaryColumn levels = rows.Get(Column.Level);
        BinaryColumn rules = rows.Get(Column.Rule);
        BinaryColumn values = rows.Get(Column.Value);
        BinaryColumn thresholds = rows.Get(Column.Threshold);
        BinaryColumn ids = rows.Get(Column.BlobId);
        BinaryColumn twins = rows.Get(Column.TwinBlobId);
        DoubleColumn similarities = rows.Get(Column.Jaccard);
        Int32Column copies = rows.Get(Column.Copies);
        Int64Column sizes = rows.Get(Column.LengthBytes);
        for (int row = 0; row < rows.RowCount; row++)
        {
            string rule = rules.GetString(row);
            _counts.Add(CountName.Dropped.Of(rule), copies[row]);
            DropLevel? level = DroppedShard.LevelOf(levels[row]);
            if (level != DropLevel.Content)
            {
                if (level != DropLevel.Occurrence || copies[row] != 1)
                {
                    throw file.Fault($"a row of rule {rule} is neither of one occurrence nor of a content");
                }

                continue;
            }

            BlobId id = BlobId.Parse(ids[row]);
            Dropped.Add(id);
            _counts.Add(CountName.DroppedContents.Of(rule), 1);
            _droppedBytes += sizes[row];
            if (!twins.IsNull(row))
            {
                double threshold = double.Parse(thresholds.GetString(row), CultureInfo.InvariantCulture);
                double similarity = similarities.IsNull(row) ? double.NaN : similarities[row];
                Duplicates.Add(new Duplicate(id, BlobId.Parse(twins[row]), similarity, threshold));
            }
            else if (rule is RuleNames.ExactDuplicate or RuleNames.NearDuplicate && values.GetString(row) == DatasetRemoval.TwinRemoved)
            {
                Orphans++;
            }
        }
    }

    /// <summary>Compares the entry's counts with the rows, and the entry's counts with each other.</summary>
    /// <param name="entryFile">The entry's file, for messages.</param>
    /// <exception cref="DataForgeException">They differ, or do not balance.</exception>
    public void Check(string entryFile)
    {
        IEnumerable<CountName> stated = entry.Counts.Items.Select(count => count.Name)
            .Where(name => Families.Any(family => family.Contains(name)));
        foreach (CountName name in stated.Concat(_counts.Items.Select(count => count.Name)).Distinct().Order())
        {
            Compare(entryFile, name, _counts[name], $"its shards hold {_counts[name]}");
        }

        bool isPassedOn = entry.Part.StartsWith("occurrences-", StringComparison.Ordinal);
        CountName read = entry.Stage == StageNames.Clean && !isPassedOn ? CountName.OccurrencesJudged : CountName.OccurrencesIn;
        long kept = entry.Count(CountName.OccurrencesOut) + (isPassedOn ? entry.Count(CountName.OccurrencesPassed) : 0);
        long dropped = _counts.Sum(CountName.Dropped);
        Compare(entryFile, read, kept + dropped, $"but {kept} were kept and {dropped} dropped");
        if (!isPassedOn)
        {
            Compare(entryFile, CountName.ContentsIn, Kept.Count + Dropped.Count, $"but {Kept.Count} were kept and {Dropped.Count} dropped");
            long bytes = _counts[CountName.BytesOut] + _droppedBytes;
            Compare(entryFile, CountName.BytesIn, bytes, $"its shards account for {bytes}");
        }

        if (entry.Stage == StageNames.Dedup)
        {
            long sizes = entry.Counts.Sum(CountName.Size);
            VerificationFault.ThrowUnlessEqual(
                entryFile, sizes, Kept.Count, $"its counts by size are of {sizes} files, its shard holds {Kept.Count}");
        }
    }

    /// <summary>Compares the counts of text that was given as it is with its shards.</summary>
    /// <param name="entryFile">The entry's file, for messages.</param>
    /// <exception cref="DataForgeException">They differ.</exception>
    public void CheckText(string entryFile)
    {
        Compare(entryFile, CountName.DocumentsUnfiltered, Kept.Count, $"its shards hold {Kept.Count}");
        long bytes = _counts[CountName.BytesOut];
        Compare(entryFile, CountName.BytesUnfiltered, bytes, $"its shards hold {bytes}");
    }

    // The repositories and the paths of the other occurrences are two lists of one length; version 1 of the table has one list.
    private static void CheckOtherOccurrences(Table table, ParquetRowGroup rows, ManifestFile file)
    {
        if (table == Table.CorpusV1)
        {
            return;
        }

        StringListColumn repositories = rows.Get(Column.OtherRepositories);
        StringListColumn paths = rows.Get(Column.OtherPaths);
        for (int row = 0; row < rows.RowCount; row++)
        {
            if (repositories.Length(row) != paths.Length(row))
            {
                throw file.Fault($"a row has {repositories.Length(row)} other repositories, but {paths.Length(row)} paths");
            }
        }
    }

    private void Compare(string entryFile, CountName name, long expected, string found) => VerificationFault.ThrowUnlessEqual(
        entryFile, entry.Count(name), expected, $"{name} is {entry.Count(name)}, {found}");
}
