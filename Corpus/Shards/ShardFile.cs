using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>Opens and reads shards of any kind.</summary>
public static class ShardFile
{
    /// <summary>The key under which a shard names its kind and the version of its columns.</summary>
    public const string KindKey = "dataforge.shard";

    /// <summary>Opens a shard and checks that it is of this kind and version.</summary>
    /// <exception cref="DataForgeException">It is damaged, or another kind or version.</exception>
    public static ParquetReader Open(string path, string kind)
    {
        ParquetReader reader = OpenAny(path);
        if (reader.Metadata.TryGetValue(KindKey, out string? found) && found == kind)
        {
            return reader;
        }

        reader.Dispose();
        throw WrongKind(path, found, kind);
    }

    /// <summary>Opens a Parquet file of any kind.</summary>
    /// <exception cref="DataForgeException">It is damaged.</exception>
    internal static ParquetReader OpenAny(string path)
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

    /// <summary>The fault of a file that is of another kind or version than the one needed.</summary>
    internal static DataForgeException WrongKind(string path, string? found, string needed) => new(
        $"{path} holds '{found ?? "no DataForge shard"}' where '{needed}' is needed: it was written by another version.");

    /// <summary>Reads a row group of a shard the program itself wrote; damage ends the run with a message that says what to do.</summary>
    /// <exception cref="DataForgeException">The row group is damaged.</exception>
    public static ParquetRowGroup Read(ParquetReader reader, string path, int rowGroup, params string[] columns)
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

    private static DataForgeException Damaged(string path, ParquetException e) => new(
        $"{path} is damaged ({e.Message}): remove it and run the same command again.", inner: e);
}
