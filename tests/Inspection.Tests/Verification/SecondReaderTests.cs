using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Verification.SecondReader;
using DataForge.Parquet;
using ParquetSharp;
using ParquetSchema = DataForge.Parquet.ParquetSchema;

namespace DataForge.Inspection.Tests.Verification;

[Collection(nameof(BuiltRun))]
public sealed class SecondReaderTests(BuiltRun built)
{
    /// <summary>A file of each kind of table that the stages write: Parquet.Net and ParquetSharp (Apache's C++ reader) read its values.</summary>
    [Fact]
    public async Task Tables_ofEveryStage_areReadAlikeByParquetNetAndParquetSharp()
    {
        Assert.SkipWhen(BuiltRun.Missing is not null, BuiltRun.Missing ?? "");
        Run run = built.Run;
        IEnumerable<string> tables = run.ReadInput().Parts.Take(1)
            .SelectMany(part => new[] { run.Workspace.RawFilesPart(part.Number), run.Workspace.RawBlobsPart(part.Number) })
            .Concat(new[] { StageNames.Clean, StageNames.Dedup }.SelectMany(run.Manifest.Entries)
                .SelectMany(entry => entry.Outputs).Where(output => output.Path.EndsWith(".parquet", StringComparison.Ordinal))
                .Select(output => run.PathOf(output.Path)));
        var kinds = new HashSet<ParquetSchema>();
        foreach (string path in tables)
        {
            using DataForge.Parquet.ParquetReader reader = DataForge.Parquet.ParquetReader.Open(path);
            if (!kinds.Add(reader.Schema))
            {
                continue;
            }

            var own = new ColumnHashes(reader.Schema);
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using ParquetRowGroup rows = reader.ReadRowGroup(group);
                own.Add(rows);
            }

            ColumnHashes parquetNet = await ParquetNetFile.HashAsync(path, reader.Schema, CancellationToken.None);
            ColumnHashes parquetSharp = ReadWithParquetSharp(path, reader.Schema);
            Assert.Equal((path, own.Rows, own.Rows), (path, parquetNet.Rows, parquetSharp.Rows));
            Assert.True(!own.DifferencesTo(parquetNet).Any(), $"Parquet.Net, {path}: {string.Join(", ", own.DifferencesTo(parquetNet))}");
            Assert.True(!own.DifferencesTo(parquetSharp).Any(), $"ParquetSharp, {path}: {string.Join(", ", own.DifferencesTo(parquetSharp))}");
        }

        Assert.Contains(Table.Corpus.Schema, kinds);
        Assert.Contains(Table.Dropped.Schema, kinds);
        Assert.Contains(Table.RawBlobs.Schema, kinds);
    }

    private static ColumnHashes ReadWithParquetSharp(string path, ParquetSchema schema)
    {
        var hashes = new ColumnHashes(schema);
        using var properties = ReaderProperties.GetDefaultReaderProperties();
        properties.EnablePageChecksumVerification();
        using var file = new ParquetFileReader(path, properties);
        for (int group = 0; group < file.FileMetaData.NumRowGroups; group++)
        {
            using RowGroupReader rows = file.RowGroup(group);
            hashes.Rows += rows.MetaData.NumRows;
            for (int column = 0; column < schema.Columns.Count; column++)
            {
                using ColumnReader chunk = rows.Column(column);
                using LogicalColumnReader values = chunk.LogicalReader();
                Add(values, (int)rows.MetaData.NumRows, hashes[column]);
            }
        }

        return hashes;
    }

    private static void Add(LogicalColumnReader column, int rows, ColumnHash hash)
    {
        switch (column)
        {
            case LogicalColumnReader<string?[]> lists:
                foreach (string?[] list in lists.ReadAll(rows))
                {
                    hash.AddLength(list.Length);
                    Array.ForEach(list, element => hash.Add(element.AsSpan()));
                }

                break;
            case LogicalColumnReader<string> texts:
                Each(texts.ReadAll(rows), text => hash.Add(System.Text.Encoding.UTF8.GetBytes(text)));
                break;
            case LogicalColumnReader<byte[]> bytes:
                Each(bytes.ReadAll(rows), value => hash.Add(value));
                break;
            case LogicalColumnReader<bool> flags:
                Each(flags.ReadAll(rows).Cast<object>(), flag => hash.Add((bool)flag ? 1 : 0));
                break;
            case LogicalColumnReader<bool?> flags:
                Each(flags.ReadAll(rows).Cast<object?>(), flag => hash.Add((bool)flag ? 1 : 0));
                break;
            case LogicalColumnReader<int> numbers:
                Each(numbers.ReadAll(rows).Cast<object>(), number => hash.Add((int)number));
                break;
            case LogicalColumnReader<int?> numbers:
                Each(numbers.ReadAll(rows).Cast<object?>(), number => hash.Add((int)number));
                break;
            case LogicalColumnReader<long> numbers:
                Each(numbers.ReadAll(rows).Cast<object>(), number => hash.Add((long)number));
                break;
            case LogicalColumnReader<long?> numbers:
                Each(numbers.ReadAll(rows).Cast<object?>(), number => hash.Add((long)number));
                break;
            case LogicalColumnReader<double> numbers:
                Each(numbers.ReadAll(rows).Cast<object>(), number => hash.Add((double)number));
                break;
            case LogicalColumnReader<double?> numbers:
                Each(numbers.ReadAll(rows).Cast<object?>(), number => hash.Add((double)number));
                break;
            default:
                throw new NotSupportedException(column.GetType().ToString());
        }

        void Each<T>(IEnumerable<T?> values, Action<T> add) where T : class
        {
            foreach (T? value in values)
            {
                if (value is null)
                {
                    hash.AddNull();
                }
                else
                {
                    add(value);
                }
            }
        }
    }
}
