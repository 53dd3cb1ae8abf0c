using DataForge.Testing;

namespace DataForge.Benchmarks.Packages;

/// <summary>A row that is written: a path, the length of the text, the text.</summary>
internal readonly record struct TextRow(string Path, byte[] Content);

/// <summary>A Parquet library under measurement.</summary>
internal abstract class ParquetPackage
{
    /// <summary>A row group ends when its texts reach this size.</summary>
    public const int RowGroupBytes = 16 << 20;

    /// <summary>The libraries of .NET; DuckDB has a script of its own.</summary>
    public static readonly IReadOnlyList<ParquetPackage> All = [new OwnParquet(), new ParquetNetPackage(), new ParquetSharpPackage()];

    /// <summary>The name in the table.</summary>
    public abstract string Name { get; }

    /// <summary>Writes the rows with zstd level 3.</summary>
    public abstract void Write(string file, IEnumerable<TextRow> rows);

    /// <summary>Reads what <see cref="Write"/> wrote; returns the bytes of all texts.</summary>
    public abstract long Read(string file);

    /// <summary>Reads every column of any file.</summary>
    public abstract void ReadAll(string file);

    /// <summary>Whether the library throws this to say that a file is damaged.</summary>
    public abstract bool IsRefusal(Exception e);

    /// <summary>The rows cut into row groups.</summary>
    protected static IEnumerable<List<TextRow>> Groups(IEnumerable<TextRow> rows)
    {
        var group = new List<TextRow>();
        long bytes = 0;
        foreach (TextRow row in rows)
        {
            group.Add(row);
            bytes += row.Content.Length;
            if (bytes >= RowGroupBytes)
            {
                yield return group;
                group = [];
                bytes = 0;
            }
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }
}
