using DataForge.Corpus.Columns;

namespace DataForge.Corpus.Shards;

/// <summary>Writes a shard: a file of a declared table that its own class fills.</summary>
public abstract class ShardWriter : IDisposable
{
    private protected ShardWriter(string path, Table table, int rowGroupBytes = 16 << 20, int level = 3) =>
        Cells = new TableWriter(path, table, rowGroupBytes, level);

    /// <summary>Rows so far.</summary>
    public long Rows => Cells.Rows;

    private protected TableWriter Cells { get; }

    /// <summary>Writes the footer; without it the file is not readable.</summary>
    public void Close() => Cells.Close();

    /// <inheritdoc/>
    public void Dispose()
    {
        Cells.Dispose();
        GC.SuppressFinalize(this);
    }
}
