using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Rows;

/// <summary>The files of sources made of rows.</summary>
internal static class RowFiles
{
    /// <summary>A key of a list of files read with these columns, and a signature over their sizes and times of change.</summary>
    public static (string Key, string Signature) Sign(string kind, IReadOnlyList<string> files, CrawlOptions options) =>
    (
        StageHash.Combine([kind, options.ColumnsHash(), .. files]),
        StageHash.Combine(files.Select(file => new FileInfo(file)).Select(info => info.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"{info.Length} {info.LastWriteTimeUtc.Ticks}")
            : "")));

    /// <summary>The file, or the <c>.parquet</c> files in the folder and below, in ordinal order.</summary>
    /// <exception cref="DataForgeException">There is none.</exception>
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
