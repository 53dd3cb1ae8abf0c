using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>Writes a shard's file. Nothing about the machine or the time goes into it.</summary>
public abstract class ShardWriter : IDisposable
{
    private readonly FileStream _file;

    /// <param name="path">The file.</param>
    /// <param name="kind">Kind and version, written under <see cref="ShardFile.KindKey"/>.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="rowGroupBytes">Bytes in memory of a row group, about: what a reader of a single row has to decode.</param>
    private protected ShardWriter(string path, string kind, ParquetSchema schema, int rowGroupBytes = 16 << 20)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        Table = new ParquetWriter(
            _file, schema, new ParquetWriterOptions { Codec = ParquetCodec.Zstd, Level = 3, RowGroupBytes = rowGroupBytes },
            new Dictionary<string, string> { [ShardFile.KindKey] = kind });
    }

    /// <summary>Rows so far.</summary>
    public long Rows => Table.RowCount;

    private protected ParquetWriter Table { get; }

    /// <summary>Writes the footer; without it the file is not readable.</summary>
    public void Close()
    {
        Table.Close();
        _file.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        _file.Dispose();
        GC.SuppressFinalize(this);
    }
}
