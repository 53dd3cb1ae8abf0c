using System.Security.Cryptography;

namespace DataForge.Testing;

/// <summary>SHA-256 of every file below a folder, to compare two results byte by byte.</summary>
public static class FolderHash
{
    /// <summary>Relative path → SHA-256, in ordinal order, of the files for which <paramref name="include"/> holds.</summary>
    public static SortedDictionary<string, string> Of(string folder, Func<string, bool> include)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(folder, file);
            if (include(relative))
            {
                using FileStream stream = File.OpenRead(file);
                hashes[relative] = Convert.ToHexStringLower(SHA256.HashData(stream));
            }
        }

        return hashes;
    }

    /// <summary>The names that differ or are in only one of the two.</summary>
    public static IReadOnlyList<string> Differences(SortedDictionary<string, string> one, SortedDictionary<string, string> other) =>
        [.. one.Keys.Union(other.Keys).Where(name => one.GetValueOrDefault(name) != other.GetValueOrDefault(name)).Order(StringComparer.Ordinal)];
}
