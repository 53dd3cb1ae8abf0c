using System.Security.Cryptography;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Shards;
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
    private const string Kind = "clean-occurrences v1";
    private const int MaxRows = 100_000;

    private static readonly ParquetSchema Schema = new(
        new("blob_id", ParquetType.String),
        new("blob_part", ParquetType.Int32),
        new("repo_id", ParquetType.Int64),
        new("repo_name", ParquetType.String),
        new("repo_source", ParquetType.String),
        new("snapshot", ParquetType.Int32),
        new("revision_id", ParquetType.String, Nullable: true),
        new("star_events_count", ParquetType.Int32, Nullable: true),
        new("fork_events_count", ParquetType.Int32, Nullable: true),
        new("is_fork", ParquetType.Boolean, Nullable: true),
        new("repo_created_at", ParquetType.String, Nullable: true),
        new("repo_license", ParquetType.String, Nullable: true),
        new("path", ParquetType.String),
        new("length_bytes", ParquetType.Int64),
        new("license", ParquetType.String),
        new("license_type", ParquetType.String),
        new("license_evidence", ParquetType.String),
        new("copyright", ParquetType.String),
        new("is_vendor", ParquetType.Boolean));

    /// <summary>Writes survivors, sorted by <see cref="Survivor.Compare"/>; a row group, or several, for each part.</summary>
    public static List<SurvivorGroup> Write(string path, List<Survivor> sorted)
    {
        var groups = new List<SurvivorGroup>();
        using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        using var table = new ParquetWriter(
            file, Schema, new ParquetWriterOptions { Level = 1, RowGroupBytes = 1 << 30 }, new Dictionary<string, string> { [ShardFile.KindKey] = Kind });
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var line = new StringBuilder();
        for (int i = 0; i < sorted.Count;)
        {
            int part = sorted[i].BlobPart;
            long rows = 0;
            long bytes = 0;
            for (; i < sorted.Count && sorted[i].BlobPart == part && rows < MaxRows; i++)
            {
                Append(table, sorted[i], line);
                hash.AppendData(Encoding.UTF8.GetBytes(line.ToString()));
                rows++;
                bytes += Math.Max(0, sorted[i].Size);
            }

            table.FlushRowGroup();
            groups.Add(new SurvivorGroup(part, groups.Count, rows, bytes, Convert.ToHexStringLower(hash.GetHashAndReset())));
        }

        table.Close();
        file.Flush();
        return groups;
    }

    /// <summary>Reads one row group. Equal texts and repositories share their objects through <paramref name="shared"/>.</summary>
    public static IEnumerable<Survivor> Read(string path, int group, SharedObjects shared)
    {
        using ParquetReader reader = ShardFile.Open(path, Kind);
        using ParquetRowGroup rows = ShardFile.Read(reader, path, group);
        BinaryColumn ids = rows.Binary("blob_id");
        BinaryColumn paths = rows.Binary("path");
        Int64Column repositories = rows.Int64("repo_id");
        Int32Column snapshots = rows.Int32("snapshot");
        Int64Column sizes = rows.Int64("length_bytes");
        BinaryColumn licenses = rows.Binary("license");
        BinaryColumn classes = rows.Binary("license_type");
        BinaryColumn evidence = rows.Binary("license_evidence");
        BinaryColumn copyright = rows.Binary("copyright");
        BooleanColumn vendored = rows.Boolean("is_vendor");
        BinaryColumn names = rows.Binary("repo_name");
        BinaryColumn sources = rows.Binary("repo_source");
        Int32Column parts = rows.Int32("blob_part");
        for (int row = 0; row < rows.RowCount; row++)
        {
            int at = row;
            yield return new Survivor
            {
                BlobId = BlobId.Parse(ids[row]),
                BlobPart = parts[row],
                Repository = shared.Repository(repositories[row], snapshots[row], () => ReadRepository(rows, at, names.GetString(at), sources.GetString(at))),
                Path = paths.GetString(row),
                Size = sizes[row],
                License = shared.Text(licenses[row]),
                LicenseClass = LicenseClasses.Parse(shared.Text(classes[row])),
                LicenseEvidence = shared.Text(evidence[row]),
                Copyright = shared.Lines(copyright[row]),
                IsVendored = vendored[row],
            };
        }
    }

    private static RepositoryFacts ReadRepository(ParquetRowGroup rows, int row, string name, string source)
    {
        string? Text(string column) => rows.Binary(column).IsNull(row) ? null : rows.Binary(column).GetString(row);
        int? Number(string column) => rows.Int32(column).IsNull(row) ? null : rows.Int32(column)[row];
        return new RepositoryFacts
        {
            Id = rows.Int64("repo_id")[row],
            Name = name,
            Source = source,
            Snapshot = rows.Int32("snapshot")[row],
            Commit = Text("revision_id"),
            Stars = Number("star_events_count"),
            Forks = Number("fork_events_count"),
            IsFork = rows.Boolean("is_fork").IsNull(row) ? null : rows.Boolean("is_fork")[row],
            CreatedAt = Text("repo_created_at"),
            ForgeLicense = Text("repo_license"),
        };
    }

    private static void Append(ParquetWriter table, Survivor row, StringBuilder line)
    {
        int column = 0;
        line.Clear();
        void Text(string? value)
        {
            line.Append(value ?? "\u0001").Append('\0');
            if (value is null)
            {
                table.AppendNull(column++);
            }
            else
            {
                table.AppendString(column++, value);
            }
        }

        void Number(int? value)
        {
            line.Append(value).Append('\0');
            if (value is { } number)
            {
                table.AppendInt32(column++, number);
            }
            else
            {
                table.AppendNull(column++);
            }
        }

        void Long(long value)
        {
            line.Append(value).Append('\0');
            table.AppendInt64(column++, value);
        }

        void Flag(bool? value)
        {
            line.Append(value).Append('\0');
            if (value is { } flag)
            {
                table.AppendBoolean(column++, flag);
            }
            else
            {
                table.AppendNull(column++);
            }
        }

        RepositoryFacts repository = row.Repository;
        Text(row.BlobId.ToString());
        Number(row.BlobPart);
        Long(repository.Id);
        Text(repository.Name);
        Text(repository.Source);
        Number(repository.Snapshot);
        Text(repository.Commit);
        Number(repository.Stars);
        Number(repository.Forks);
        Flag(repository.IsFork);
        Text(repository.CreatedAt);
        Text(repository.ForgeLicense);
        Text(row.Path);
        Long(row.Size);
        Text(row.License);
        Text(row.LicenseClass.Name());
        Text(row.LicenseEvidence);
        Text(string.Join('\n', row.Copyright));
        Flag(row.IsVendored);
        table.EndRow();
    }
}
