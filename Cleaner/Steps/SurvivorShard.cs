using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Parquet;

namespace DataForge.Cleaner.Steps;

/// <summary>Rows of one raw part's contents within a shard of survivors: a row group of their own.</summary>
/// <param name="Part">The raw part that stores the contents.</param>
/// <param name="RowGroup">The row group.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Bytes">Source bytes of the occurrences.</param>
/// <param name="Hash">SHA-256 of the rows, in hexadecimal.</param>
internal sealed record SurvivorGroup(int Part, int RowGroup, long Rows, long Bytes, string Hash);

/// <summary>Shards that carry survivors from the step over occurrences to the step over contents.</summary>
internal static class SurvivorShard
{
    // A reader holds a row group in memory: at about 250 bytes per occurrence, 25 MB.
    private const int MaxRows = 100_000;
    private const string Missing = "\u0001";

    /// <summary>Writes survivors, sorted by <see cref="Survivor.Compare"/>: a row group, or several, for each part.</summary>
    public static List<SurvivorGroup> Write(string path, List<Survivor> sorted)
    {
        var groups = new List<SurvivorGroup>();

        // Row groups end where a part ends, not at a size. The files live only until the next step: the fastest level will do.
        using var table = new TableWriter(path, Table.CleanOccurrences, rowGroupBytes: 1 << 30, level: 1);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var line = new StringBuilder();
        for (int i = 0; i < sorted.Count;)
        {
            int part = sorted[i].BlobPart;
            long rows = 0;
            long bytes = 0;
            for (; i < sorted.Count && sorted[i].BlobPart == part && rows < MaxRows; i++)
            {
                Append(table, sorted[i]);
                Describe(line, sorted[i]);
                hash.AppendData(Encoding.UTF8.GetBytes(line.ToString()));
                rows++;
                bytes += Math.Max(0, sorted[i].Size);
            }

            table.FlushRowGroup();
            groups.Add(new SurvivorGroup(part, groups.Count, rows, bytes, Convert.ToHexStringLower(hash.GetHashAndReset())));
        }

        table.Close();
        return groups;
    }

    /// <summary>Reads one row group, of this version or the one before. Equal texts, lists and repositories are the same objects.</summary>
    /// <param name="path">The shard.</param>
    /// <param name="group">The row group.</param>
    /// <param name="shared">Holds the shared objects.</param>
    public static IEnumerable<Survivor> Read(string path, int group, SharedObjects shared)
    {
        using var reader = new TableReader(path, Table.CleanOccurrences, Table.CleanOccurrencesV1);
        using ParquetRowGroup rows = reader.ReadRowGroup(group);
        RepositoryColumns.Reader repositories = RepositoryColumns.Shards.Of(rows);
        BinaryColumn ids = rows.Get(Column.BlobId);
        Int32Column parts = rows.Get(Column.BlobPart);
        BinaryColumn paths = rows.Get(Column.Path);
        Int64Column sizes = rows.Get(Column.LengthBytes);
        BinaryColumn licenses = rows.Get(Column.License);
        BinaryColumn classes = rows.Get(Column.LicenseType);
        BinaryColumn evidence = rows.Get(Column.LicenseEvidence);
        Func<int, IReadOnlyList<string>> copyright = CopyrightOf(rows, reader.Table, shared);
        BooleanColumn vendored = rows.Get(Column.IsVendored);
        for (int row = 0; row < rows.RowCount; row++)
        {
            yield return new Survivor
            {
                BlobId = BlobId.Parse(ids[row]),
                BlobPart = parts[row],
                Repository = shared.Repository(repositories, row),
                Path = paths.GetString(row),
                Size = sizes[row],
                License = shared.Text(licenses[row]),
                LicenseClass = LicenseClasses.Parse(shared.Text(classes[row])),
                LicenseEvidence = shared.Text(evidence[row]),
                Copyright = copyright(row),
                IsVendored = vendored[row],
            };
        }
    }

    private static Func<int, IReadOnlyList<string>> CopyrightOf(ParquetRowGroup rows, Table table, SharedObjects shared)
    {
        if (table == Table.CleanOccurrencesV1)
        {
            BinaryColumn text = rows.Get(Column.CopyrightText);
            return row => text[row].IsEmpty ? [] : shared.List(text.GetString(row).Split('\n'));
        }

        StringListColumn lines = rows.Get(Column.Copyright);
        return row => lines.Length(row) == 0 ? [] : shared.List(lines.GetStrings(row));
    }

    private static void Append(TableWriter table, Survivor row)
    {
        RepositoryColumns.Shards.Append(table, row.Repository);
        table.Append(Column.BlobId, row.BlobId);
        table.Append(Column.BlobPart, row.BlobPart);
        table.Append(Column.Path, row.Path);
        table.Append(Column.LengthBytes, row.Size);
        table.Append(Column.License, row.License);
        table.Append(Column.LicenseType, row.LicenseClass.Name());
        table.Append(Column.LicenseEvidence, row.LicenseEvidence);
        table.Append(Column.Copyright, row.Copyright);
        table.Append(Column.IsVendored, row.IsVendored);
        table.EndRow();
    }

    // What a group's hash is computed over: all that the step over contents sees of an occurrence, each field ended by NUL, a missing
    // text as U+0001.
    private static void Describe(StringBuilder line, Survivor row)
    {
        RepositoryFacts repository = row.Repository;
        CultureInfo culture = CultureInfo.InvariantCulture;
        line.Clear();
        line.Append(culture, $"{row.BlobId}\0{row.BlobPart}\0");
        line.Append(
            culture, $"{repository.Id}\0{repository.Name}\0{repository.Source}\0{repository.Snapshot}\0{repository.Commit ?? Missing}\0");
        line.Append(culture, $"{repository.Stars}\0{repository.Forks}\0{repository.IsFork}\0");
        line.Append(culture, $"{repository.CreatedAt ?? Missing}\0{repository.ForgeLicense ?? Missing}\0");
        line.Append(culture, $"{row.Path}\0{row.Size}\0{row.License}\0{row.LicenseClass.Name()}\0{row.LicenseEvidence}\0");
        line.AppendJoin('\n', row.Copyright).Append(culture, $"\0{row.IsVendored}\0");
    }
}
