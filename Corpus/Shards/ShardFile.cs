using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>Opens and reads Parquet files of the program's own; a damaged file ends the run with a message that says what to do.</summary>
public static class ShardFile
{
    /// <summary>The key under which a file states its table and the version of its columns.</summary>
    public const string KindKey = "dataforge.shard";

    /// <summary>Opens a file of any table.</summary>
    /// <exception cref="DataForgeException">It is damaged.</exception>
    internal static ParquetReader Open(string path)
    {
        try
        {
            return ParquetReader.Open(path);
        }
        catch (ParquetException e)
        {
            throw Damaged(path, e);
        }
    }

    /// <summary>Reads a row group.</summary>
    /// <exception cref="DataForgeException">It is damaged.</exception>
    internal static ParquetRowGroup Read(ParquetReader reader, string path, int rowGroup, string[] columns)
    {
        try
        {
            return reader.ReadRowGroup(rowGroup, columns);
        }
        catch (ParquetException e)
        {
            throw Damaged(path, e);
        }
    }

    /// <summary>The error of a file that is of another table or version than the one needed.</summary>
    internal static DataForgeException WrongKind(string path, string? found, string needed) => new(
        $"{path} holds '{found ?? "no DataForge shard"}' where '{needed}' is needed: it was written by another version.");

    private static DataForgeException Damaged(string path, ParquetException e) => new(
        $"{path} is damaged ({e.Message}): remove it and run the same command again.", inner: e);
}
