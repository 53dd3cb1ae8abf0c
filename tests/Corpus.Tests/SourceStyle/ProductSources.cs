using DataForge.Testing;

namespace DataForge.Corpus.Tests.SourceStyle;

/// <summary>The product's C# files (not the tests'), each with its lines.</summary>
internal static class ProductSources
{
    private static readonly string[] Folders =
        ["Libraries", "Corpus", "Crawler", "Cleaner", "Dedup", "Pretrain", "Evaluation", "ModelServer", "Inspection", "Service", "Orchestrator"];

    /// <summary>Path relative to the project's root, and lines, of each file.</summary>
    public static IReadOnlyList<(string Path, string[] Lines)> All { get; } =
    [
        .. Folders.SelectMany(folder => Files(folder, "*.cs")).Order(StringComparer.Ordinal)
            .Select(file => (Path.GetRelativePath(SharedFiles.ProjectRoot, file), File.ReadAllLines(file))),
    ];

    /// <summary>The paths of a folder's files, subfolders included.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(SharedFiles.ProjectRoot, folder), pattern, SearchOption.AllDirectories);
}
