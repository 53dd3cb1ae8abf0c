using DataForge.Testing;

namespace DataForge.Benchmarks.Packages;

/// <summary>Copies of Parquet files, each with one byte changed by a seed.</summary>
internal static class DamagedFiles
{
    // Larger originals only make each try slower.
    private const int MaxBytes = 100_000;

    /// <summary>Writes so many files to a folder; without Apache's test files the copies are of a file of this project.</summary>
    public static string Write(string folder, int count, out string originals)
    {
        Directory.CreateDirectory(folder);
        string? apache = SharedFiles.Find("conformance", "parquet", "data");
        List<byte[]> files = apache is null
            ? []
            : [.. Directory.GetFiles(apache, "*.parquet").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(bytes => bytes.Length <= MaxBytes)];
        originals = $"each of {count} copies of Apache's {files.Count} test files";
        if (files.Count == 0)
        {
            string own = Path.Combine(folder, "..", "own.parquet");
            new OwnParquet().Write(own, Enumerable.Range(0, 500).Select(i => new TextRow($"file{i}.py", "x = 1\n"u8.ToArray())));
            files.Add(File.ReadAllBytes(own));
            originals = $"each of {count} copies of an own file (Apache's test files are not here)";
        }

        var random = new Random(1);
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = [.. files[i % files.Count]];
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(Path.Combine(folder, $"{i:D6}.parquet"), damaged);
        }

        return folder;
    }
}
