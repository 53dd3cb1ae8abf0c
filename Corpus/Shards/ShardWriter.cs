using DataForge.Corpus.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>Writes a shard's file. Nothing about the machine or the time goes into it.</summary>
public abstract class ShardWriter : IDisposable
{
    private static readonly ParquetWriterOptions Options = new() { Codec = ParquetCodec.Zstd, Level = 3, RowGroupBytes = 16 << 20 };

    private readonly FileStream _file;

    private protected ShardWriter(string path, string kind, ParquetSchema schema)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        Table = new ParquetWriter(_file, schema, Options, new Dictionary<string, string> { [ShardFile.KindKey] = kind });
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
