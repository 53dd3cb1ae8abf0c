using DataForge.Corpus.Runs;

namespace DataForge.Evaluation.Sets;

/// <summary>The hash of a set's data, whether it is a file or a folder.</summary>
public static class DataHash
{
    /// <summary>The hash of a file, or of the names and hashes of all files in a folder.</summary>
    public static string Of(string path) => Directory.Exists(path)
        ? StageHash.Of(string.Join(
            '\n',
            Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => $"{StageHash.OfFile(file)} {Path.GetRelativePath(path, file)}")))
        : StageHash.OfFile(path);
}
