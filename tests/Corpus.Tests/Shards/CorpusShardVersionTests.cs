using System.Text;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Shards;
using DataForge.Parquet;
using DataForge.Testing;

namespace DataForge.Corpus.Tests.Shards;

/// <summary>Shards as the first version of the program wrote them, by a writer of its own: what is read must not depend on today's declarations.</summary>
public sealed class CorpusShardVersionTests : IDisposable
{
    private static readonly ParquetSchema FirstVersion = new(
        new("blob_id", ParquetType.String), new("content_id", ParquetType.String), new("repo_name", ParquetType.String),
        new("path", ParquetType.String), new("content", ParquetType.String), new("license", ParquetType.String),
        new("license_type", ParquetType.String), new("license_evidence", ParquetType.String),
        new("copyright", ParquetType.String, IsList: true), new("copies", ParquetType.Int32),
        new("other_occurrences", ParquetType.String, IsList: true), new("src_encoding", ParquetType.String),
        new("length_bytes", ParquetType.Int64), new("line_count", ParquetType.Int32), new("avg_line_length", ParquetType.Double),
        new("max_line_length", ParquetType.Int32), new("alphanum_fraction", ParquetType.Double), new("is_vendor", ParquetType.Boolean),
        new("repo_source", ParquetType.String), new("repo_id", ParquetType.Int64), new("snapshot", ParquetType.Int32),
        new("revision_id", ParquetType.String, Nullable: true), new("star_events_count", ParquetType.Int32, Nullable: true),
        new("fork_events_count", ParquetType.Int32, Nullable: true), new("is_fork", ParquetType.Boolean, Nullable: true),
        new("repo_created_at", ParquetType.String, Nullable: true), new("repo_license", ParquetType.String, Nullable: true));

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_firstVersion_givesEveryColumn()
    {
        Write(_folder["v1.parquet"], "c/d e.py", "my project a b.py");
        using var reader = new CorpusShard.Reader(_folder["v1.parquet"], () => new HashSet<string> { "my project", "c/d" });
        using CorpusShard.Rows rows = reader.ReadRowGroup(0);
        CorpusFile file = rows.File(0);
        Assert.Equal((BlobId.Of("source"u8), BlobId.Of("text\n"u8), "utf-8", 6L), (file.BlobId, file.ContentId, file.SourceEncoding, file.Size));
        Assert.Equal((1, 4.0, 4, 1.0), (file.Lines, file.MeanLine, file.MaxLine, file.AlphanumericShare));
        Assert.Equal(("a/b", "m.py", "MIT", LicenseClass.Permissive, "header", 3, true), (
            file.Repository.Name, file.Path, file.License, file.LicenseClass, file.LicenseEvidence, file.Copies, file.IsVendored));
        Assert.Equal(("dir", 7L, 2, (string?)null, (int?)5, (int?)null), (
            file.Repository.Source, file.Repository.Id, file.Repository.Snapshot, file.Repository.Commit, file.Repository.Stars, file.Repository.Forks));
        Assert.Equal(["Copyright 2020 A", "Copyright 2021 B"], file.Copyright);
        Assert.Equal([new("c/d", "e.py"), new OccurrenceLocation("my project", "a b.py")], file.OtherOccurrences);
        Assert.Equal("text\n"u8, rows.Text(0));
    }

    [Theory]
    [InlineData("c/d e.py", "c/d", "e.py")]
    [InlineData("x y z.py", "x", "y z.py")]
    [InlineData("x y z.py", "x y", "z.py", "x y")]
    [InlineData("x y z.py", "x", "y z.py", "x")]
    [InlineData("x y z.py", "x", "y z.py", "x", "x y")]
    [InlineData("x y z w.py", "x y", "z w.py", "x y", "q")]
    public void ReadOccurrences_firstVersion_dividesByKnownNames(string text, string repository, string path, params string[] known)
    {
        Write(_folder["v1.parquet"], text);
        using var reader = new CorpusShard.Reader(_folder["v1.parquet"], () => known.ToHashSet());
        using CorpusShard.Rows rows = reader.ReadOccurrences(0);
        Assert.Equal([new OccurrenceLocation(repository, path)], rows.OtherOccurrences(0));
        Assert.Equal(BlobId.Of("source"u8), rows.Id(0));
    }

    /// <summary>All shards of a dataset have the same columns, so a rewritten one keeps its version; however a text was divided, it stays the same.</summary>
    [Fact]
    public void Write_asFirstVersion_isTheSameBytes()
    {
        Write(_folder["v1.parquet"], "c/d e.py", "my project a b.py", "lonely");
        using (var reader = new CorpusShard.Reader(_folder["v1.parquet"]))
        using (var writer = new CorpusShard.Writer(_folder["again.parquet"], reader.Version))
        using (CorpusShard.Rows rows = reader.ReadRowGroup(0))
        {
            writer.Append(rows.File(0), rows.Text(0));
            writer.Close();
        }

        Assert.Equal(File.ReadAllBytes(_folder["v1.parquet"]), File.ReadAllBytes(_folder["again.parquet"]));
    }

    [Fact]
    public void Open_unknownVersion_isRefused()
    {
        Write(_folder["v9.parquet"], ["a b"], "corpus v9");
        DataForgeException fault = Assert.Throws<DataForgeException>(() => new CorpusShard.Reader(_folder["v9.parquet"]));
        Assert.Contains("another version", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_listsOfDifferentLength_isAFault()
    {
        using (var writer = new TableWriter(_folder["odd.parquet"], Table.Corpus))
        {
            foreach (TableColumn column in Table.Corpus.Columns)
            {
                Fill(writer, column);
            }

            writer.EndRow();
            writer.Close();
        }

        using var reader = new CorpusShard.Reader(_folder["odd.parquet"]);
        using CorpusShard.Rows rows = reader.ReadOccurrences(0);
        Assert.Throws<FormatException>(() => rows.OtherOccurrences(0));
    }

    public void Dispose() => _folder.Dispose();

    private static void Fill(TableWriter writer, TableColumn column)
    {
        switch (column.Column)
        {
            case Column<BinaryColumn> text:
                writer.Append(text, "x");
                break;
            case Column<StringListColumn> list:
                writer.Append(list, list == Column.OtherPaths ? ["a.py", "b.py"] : (string[])["x"]);
                break;
            case Column<Int32Column> number:
                writer.Append(number, 1);
                break;
            case Column<Int64Column> number:
                writer.Append(number, 1);
                break;
            case Column<DoubleColumn> number:
                writer.Append(number, 1);
                break;
            case Column<BooleanColumn> flag:
                writer.Append(flag, true);
                break;
            default:
                throw new InvalidOperationException($"{column.Column} has a type of its own");
        }
    }

    private static void Write(string path, params string[] others) => Write(path, others, "corpus v1");

    private static void Write(string path, string[] others, string kind)
    {
        using FileStream file = File.Create(path);
        using var table = new ParquetWriter(
            file, FirstVersion, new ParquetWriterOptions { Codec = ParquetCodec.Zstd, Level = 3, RowGroupBytes = 16 << 20 },
            new Dictionary<string, string> { ["dataforge.shard"] = kind });
        int column = 0;
        void Text(string text) => table.AppendBinary(column++, Encoding.UTF8.GetBytes(text));
        Text(BlobId.Of("source"u8).ToString());
        Text(BlobId.Of("text\n"u8).ToString());
        Text("a/b");
        Text("m.py");
        Text("text\n");
        Text("MIT");
        Text("permissive");
        Text("header");
        table.AppendStringList(column++, ["Copyright 2020 A", "Copyright 2021 B"]);
        table.AppendInt32(column++, 3);
        table.AppendStringList(column++, others);
        Text("utf-8");
        table.AppendInt64(column++, 6);
        table.AppendInt32(column++, 1);
        table.AppendDouble(column++, 4);
        table.AppendInt32(column++, 4);
        table.AppendDouble(column++, 1);
        table.AppendBoolean(column++, true);
        Text("dir");
        table.AppendInt64(column++, 7);
        table.AppendInt32(column++, 2);
        table.AppendNull(column++);
        table.AppendInt32(column++, 5);
        table.AppendNull(column++);
        table.AppendNull(column++);
        table.AppendNull(column++);
        table.AppendNull(column);
        table.EndRow();
        table.Close();
    }
}
