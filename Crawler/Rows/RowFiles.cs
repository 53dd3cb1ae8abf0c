using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Rows;

/// <summary>The files of <c>jsonl:</c> and <c>parquet:</c> sources.</summary>
internal static class RowFiles
{
    /// <summary>A key for a list of files read with these columns, and a signature over their sizes and modification times.</summary>
    public static (string Key, string Signature) Sign(string kind, IReadOnlyList<string> files, CrawlOptions options) =>
    (
        StageHash.Combine([kind, options.ColumnsHash(), .. files]),
        StageHash.Combine(files.Select(file => new FileInfo(file)).Select(info => info.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"{info.Length} {info.LastWriteTimeUtc.Ticks}")
            : "")));

    /// <summary>Finds the file, or the <c>.parquet</c> files in the folder and below, in ordinal order.</summary>
    /// <param name="text">The source as the user wrote it, for messages.</param>
    /// <param name="path">The path of a file or folder.</param>
    /// <param name="allowsFolder">Whether the path may be that of a folder.</param>
    /// <exception cref="DataForgeException">There is no such file.</exception>
    public static IReadOnlyList<string> Find(string text, string path, bool allowsFolder)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            return [full];
        }

        if (!allowsFolder || !Directory.Exists(full))
        {
            throw DataForgeException.Usage($"{text}: there is no such file; name one that exists.");
        }

        string[] files = Directory.GetFiles(full, "*.parquet", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        return files.Length > 0 ? files : throw DataForgeException.Usage($"{text}: the folder holds no .parquet file; name one that does.");
    }
}
