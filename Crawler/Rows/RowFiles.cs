using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Rows;

/// <summary>The files of <c>jsonl:</c> and <c>parquet:</c> sources.</summary>
/// <param name="Files">The files, absolute.</param>
/// <param name="Hidden">How many files of folders are left out because their names begin with a dot or an underscore.</param>
internal sealed record RowFiles(IReadOnlyList<string> Files, int Hidden)
{
    /// <summary>A key for a list of files read with these columns, and a signature over their sizes and modification times.</summary>
    public static (string Key, string Signature) Sign(string kind, IReadOnlyList<string> files, CrawlOptions options) =>
    (
        StageHash.Combine([kind, options.ColumnsHash(), .. files]),
        StageHash.Combine(files.Select(file => new FileInfo(file)).Select(info => info.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"{info.Length} {info.LastWriteTimeUtc.Ticks}")
            : "")));

    /// <summary>
    /// Finds the file, or the files in the folder and below, in ordinal order. Names of files and folders that begin with a dot or an
    /// underscore are not inputs: tools leave such files beside the tables they write.
    /// </summary>
    /// <param name="text">The source as the user wrote it, for messages.</param>
    /// <param name="path">The path of a file or folder.</param>
    /// <param name="endings">How names of files in a folder end; none if the path may not be that of a folder.</param>
    /// <exception cref="DataForgeException">There is no such file.</exception>
    public static RowFiles Find(string text, string path, params IReadOnlyList<string> endings)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            return new RowFiles([full], 0);
        }

        if (endings.Count == 0 || !Directory.Exists(full))
        {
            throw DataForgeException.Usage($"{text}: there is no such file; name one that exists.");
        }

        string[] all = [.. Directory.GetFiles(full, "*", SearchOption.AllDirectories)
            .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))];
        string[] files = [.. all.Where(file => !IsHidden(Path.GetRelativePath(full, file)))];
        Array.Sort(files, StringComparer.Ordinal);
        string kinds = string.Join(" or ", endings);
        return files.Length > 0
            ? new RowFiles(files, all.Length - files.Length)
            : throw DataForgeException.Usage($"{text}: the folder has no {kinds} file; name another folder.");
    }

    /// <summary>All files of several sources, each once, in ordinal order.</summary>
    public static RowFiles Merge(IReadOnlyList<RowFiles> found) => new(
        [.. found.SelectMany(one => one.Files).Distinct().Order(StringComparer.Ordinal)], found.Sum(one => one.Hidden));

    private static bool IsHidden(string path) => path.Split(Path.DirectorySeparatorChar).Any(part => part[0] is '.' or '_');
}
